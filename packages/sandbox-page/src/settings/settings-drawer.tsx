import { Alert, Button, Divider, Drawer, Group, Loader, Stack, Text } from '@mantine/core'
import { useState } from 'react'
import type { Installation, SettingsForm, View } from '../protocol'
import { useSandbox } from '../state/sandbox-context'
import { installationLabels } from '../top-bar/installation-badge'
import { AssignmentTimeout } from './assignment-timeout'
import type { FormValues } from './form-validator'
import { noProblems, placedProblems } from './placed-problems'
import { Registration } from './registration'
import { SchemaForm } from './schema-form'
import { useSettings } from './use-settings'

const words = { none: '', saving: 'The integration registers …', refused: 'Not saved.', saved: '' }

type Props = { view: View; opened: boolean; onClose(): void }

export function SettingsDrawer({ view, opened, onClose }: Props) {
  const form = useSettings(opened)
  return (
    <Drawer
      opened={opened}
      onClose={onClose}
      position="right"
      size="lg"
      title={`Settings of ${view.provider.title} ${view.provider.version}`}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <Stack gap="md">
        <Registration installation={view.installation} />
        <Divider />
        {form ? <Fields form={form} installation={view.installation} /> : <Loader size="sm" />}
        <Divider />
        {form && <AssignmentTimeout seconds={form.assignmentTimeoutSeconds} />}
      </Stack>
    </Drawer>
  )
}

function Fields({ form, installation }: { form: SettingsForm; installation: Installation }) {
  const { act } = useSandbox()
  const [values, setValues] = useState<FormValues>({ ...form.values })
  const [problems, setProblems] = useState(noProblems)
  const [result, setResult] = useState<'none' | 'saving' | 'refused' | 'saved'>('none')
  const save = async (): Promise<void> => {
    if (result === 'saving') return
    setResult('saving')
    const answer = await act({ type: 'saveSettings', values })
    const found = answer?.problems ?? []
    setResult(!answer || found.length > 0 ? 'refused' : 'saved')
    if (answer) setProblems(placedProblems(found, form))
  }
  return (
    <>
      {problems.unplaced.length > 0 && (
        <Alert color="red" title="Not saved" style={{ whiteSpace: 'pre-wrap' }}>
          {problems.unplaced.join('\n')}
        </Alert>
      )}
      <SchemaForm
        idPrefix="settings"
        schema={form.schema}
        values={values}
        secrets={form.secrets}
        errors={problems.errors}
        onChange={setValues}
        onSubmit={() => void save()}
      >
        <Group justify="flex-end" mt="md">
          <Text size="sm" role="status" flex={1} c={result === 'refused' ? 'var(--page-bad)' : 'dimmed'}>
            {result === 'saved' ? `Saved. ${installationLabels[installation.status]}.` : words[result]}
          </Text>
          <Button type="submit" aria-busy={result === 'saving'}>
            Save settings
          </Button>
        </Group>
      </SchemaForm>
    </>
  )
}
