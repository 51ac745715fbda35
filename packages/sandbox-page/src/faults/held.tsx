import { Text } from '@mantine/core'
import { useRef } from 'react'
import { ActionButton } from '../shared/action-button'
import { plural } from '../shared/format'
import { moveFocus } from '../shared/move-focus'
import { useSandbox } from '../state/sandbox-context'
import classes from './faults.module.css'

/** Webhooks that wait for their release. The box around it takes the focus when the button goes. */
export function Held({ held }: { held: number }) {
  const { act } = useSandbox()
  const box = useRef<HTMLDivElement>(null)
  const release = async (): Promise<void> => {
    if (await act({ type: 'releaseWebhooks' })) moveFocus(box.current, box.current)
  }
  return (
    <div ref={box} tabIndex={-1} className={classes['rest']} aria-live="polite">
      {held > 0 && (
        <div className={classes['box']}>
          <Text size="sm">{plural(held, 'webhook is', 'webhooks are')} held back.</Text>
          <ActionButton size="xs" run={release}>
            Release held webhooks
          </ActionButton>
        </div>
      )}
    </div>
  )
}
