import { Button, VisuallyHidden } from '@mantine/core'
import { Bug } from 'lucide-react'
import { useRef } from 'react'
import { ActionButton } from '../shared/action-button'
import { plural } from '../shared/format'
import { moveFocus } from '../shared/move-focus'
import { useSandbox } from '../state/sandbox-context'
import classes from './top-bar.module.css'

type Props = { on: number; held: number; onOpen(): void }

/** Opens the faults; beside it, what they hold back. */
export function FaultsButton({ on, held, onOpen }: Props) {
  const { act } = useSandbox()
  const box = useRef<HTMLDivElement>(null)
  const opener = useRef<HTMLButtonElement>(null)
  const release = async (): Promise<void> => {
    if (await act({ type: 'releaseWebhooks' })) moveFocus(opener.current, box.current)
  }
  return (
    <div className={classes['group']} ref={box}>
      {held > 0 && (
        <span className={classes['held']}>
          {plural(held, 'webhook')} held
          <ActionButton size="compact-sm" color="orange.9" aria-label="Release held webhooks now" run={release}>
            Release
          </ActionButton>
        </span>
      )}
      <Button
        ref={opener}
        size="xs"
        variant={on > 0 ? 'light' : 'default'}
        color={on > 0 ? 'orange' : 'indigo'}
        {...(on > 0 ? { c: 'var(--page-warn)' } : {})}
        leftSection={<Bug size={15} aria-hidden />}
        aria-describedby="faults-on"
        onClick={onOpen}
      >
        Faults
        {on > 0 && (
          <span className={classes['faultsOn']} aria-hidden>
            {on} on
          </span>
        )}
      </Button>
      <VisuallyHidden id="faults-on">{on} on</VisuallyHidden>
    </div>
  )
}
