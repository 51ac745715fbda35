import { Drawer, SegmentedControl, Stack, Switch, Text } from '@mantine/core'
import type { FaultScope, FaultSwitch, View } from '../protocol'
import { ActionButton } from '../shared/action-button'
import { plural } from '../shared/format'
import { useSandbox } from '../state/sandbox-context'
import classes from './faults.module.css'

const scopes = [
  { value: 'first', label: 'First call of a step' },
  { value: 'every', label: 'Every call' },
] satisfies { value: FaultScope; label: string }[]

type Props = { view: View; opened: boolean; onClose(): void }

export function FaultsDrawer({ view, opened, onClose }: Props) {
  return (
    <Drawer
      opened={opened}
      onClose={onClose}
      position="right"
      size="md"
      title="Faults"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <Stack gap="lg">
        <Text size="sm" c="dimmed">
          What is switched on here goes wrong until it is switched off. The journal marks each call that was hit.
        </Text>
        <Switches view={view} />
        <Held held={view.held} />
        <Instance instance={view.instance} />
      </Stack>
    </Drawer>
  )
}

function Switches({ view }: { view: View }) {
  const { act } = useSandbox()
  return (
    <>
      <section aria-label="Calls">
        <h3 className={classes['title']}>Calls</h3>
        <SegmentedControl
          fullWidth
          size="xs"
          mb="sm"
          aria-label="Calls that are hit"
          data={scopes}
          value={view.faultScope}
          onChange={(scope) => void act({ type: 'setFaultScope', scope })}
        />
        <SwitchList faults={view.faults.filter(({ scoped }) => scoped)} />
      </section>
      <section aria-label="Around the calls">
        <h3 className={classes['title']}>Around the calls</h3>
        <SwitchList faults={view.faults.filter(({ scoped }) => !scoped)} />
      </section>
    </>
  )
}

function SwitchList({ faults }: { faults: readonly FaultSwitch[] }) {
  const { act } = useSandbox()
  return faults.map(({ name, title, about, on }) => (
    <Switch
      key={name}
      className={classes['fault'] ?? ''}
      color="orange"
      label={title}
      description={about}
      checked={on}
      onChange={({ currentTarget }) => void act({ type: 'setFault', name, on: currentTarget.checked })}
    />
  ))
}

function Held({ held }: { held: number }) {
  const { act } = useSandbox()
  if (held === 0) return null
  return (
    <div className={classes['box']}>
      <Text size="sm">{plural(held, 'webhook is', 'webhooks are')} held back.</Text>
      <ActionButton size="xs" run={() => act({ type: 'releaseWebhooks' })}>
        Release held webhooks
      </ActionButton>
    </div>
  )
}

function Instance({ instance: { state, restarts } }: { instance: View['instance'] }) {
  const { act } = useSandbox()
  return (
    <div className={classes['box']}>
      <Text size="sm" role="status">
        Instance {state === 'running' ? 'is running' : 'is restarting'}
        {restarts > 0 && `, restarted ${restarts === 1 ? 'once' : `${restarts} times`}`}.
      </Text>
      <ActionButton size="xs" variant="default" run={() => act({ type: 'killInstance' })}>
        Kill the instance now
      </ActionButton>
    </div>
  )
}
