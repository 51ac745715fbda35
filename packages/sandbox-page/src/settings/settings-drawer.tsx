import { Divider, Drawer, Loader, Stack } from '@mantine/core'
import type { View } from '../protocol'
import { AssignmentTimeout } from './assignment-timeout'
import { Registration } from './registration'
import { SettingsFields } from './settings-fields'
import { useSettings } from './use-settings'

type Props = { view: View; opened: boolean; onClose(): void }

export function SettingsDrawer({ view: { provider, installation }, opened, onClose }: Props) {
  const { form, reload } = useSettings(opened)
  return (
    <Drawer
      opened={opened}
      onClose={onClose}
      position="right"
      size="lg"
      title={`Settings of ${provider.title} ${provider.version}`}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <Stack gap="md">
        <Registration installation={installation} />
        <Divider />
        {form ? <SettingsFields form={form} installation={installation} reload={reload} /> : <Loader size="sm" />}
        <Divider />
        {form && <AssignmentTimeout seconds={form.assignmentTimeoutSeconds} />}
      </Stack>
    </Drawer>
  )
}
