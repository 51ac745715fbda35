import { Text } from '@mantine/core'
import type { View } from '../protocol'
import { ActionButton } from '../shared/action-button'
import { useSandbox } from '../state/sandbox-context'
import classes from './faults.module.css'

const words = { running: 'is running', restarting: 'is restarting', stopped: 'has stopped' } as const

/** The process of the integration. Killing a stopped one starts it again. */
export function Instance({ instance: { state, restarts } }: { instance: View['instance'] }) {
  const { act } = useSandbox()
  return (
    <div className={classes['box']}>
      <Text size="sm" role="status">
        Instance {words[state]}
        {restarts > 0 && `, restarted ${restarts === 1 ? 'once' : `${restarts} times`}`}.
        {state === 'stopped' && ' The next step starts a fresh one.'}
      </Text>
      <ActionButton
        size="xs"
        variant="default"
        className={classes['button'] ?? ''}
        impossible={state === 'restarting'}
        run={() => act({ type: 'killInstance' })}
      >
        {state === 'stopped' ? 'Start it again' : 'Kill the instance now'}
      </ActionButton>
    </div>
  )
}
