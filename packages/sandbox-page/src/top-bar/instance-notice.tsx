import { UnstyledButton } from '@mantine/core'
import type { View } from '../protocol'
import classes from './top-bar.module.css'

const labels = { stopped: 'Instance stopped', restarting: 'Instance restarting' } as const

type Props = { state: View['instance']['state']; onOpen(): void }

/** Nothing as long as the integration runs. */
export function InstanceNotice({ state, onOpen }: Props) {
  return (
    <span aria-live="polite">
      {state !== 'running' && (
        <UnstyledButton
          className={classes['badge'] ?? ''}
          data-status={state}
          title="The process of the integration, in the faults"
          onClick={onOpen}
        >
          {labels[state]}
        </UnstyledButton>
      )}
    </span>
  )
}
