import { Drawer, SegmentedControl, Stack, Switch, Text } from '@mantine/core'
import type { FaultScope, FaultSwitch, View } from '../protocol'
import { useSandbox } from '../state/sandbox-context'
import classes from './faults.module.css'
import { Held } from './held'
import { Instance } from './instance'

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
