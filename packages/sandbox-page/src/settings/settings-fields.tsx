import { Alert, Button, Group, Text } from '@mantine/core'
import type { Installation, SettingsForm } from '../protocol'
import { ActionButton } from '../shared/action-button'
import { sentence } from '../shared/format'
import { installationLabels } from '../top-bar/installation-badge'
import { SchemaForm } from './schema-form'
import { useSaving } from './use-saving'

type Props = { form: SettingsForm; installation: Installation; reload(): Promise<void> }

export function SettingsFields({ form, installation, reload }: Props) {
  const { values, isEdited, problems, result, edit, run } = useSaving(form, installation, reload)
  const { isBad, text } = outcomeOf(result, isEdited, installation)
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
        onChange={edit}
        onSubmit={() => void run({ type: 'saveSettings', values })}
      >
        <Text size="sm" role="status" mt="md" c={isBad ? 'var(--page-bad)' : 'dimmed'} style={breaking}>
          {text}
        </Text>
        <Group justify="flex-end" gap="xs" mt="xs">
          <ActionButton variant="default" run={() => run({ type: 'useOwnSettings' })}>
            Use the sandbox's own settings
          </ActionButton>
          <Button type="submit" aria-busy={result === 'saving'}>
            Save settings
          </Button>
        </Group>
        <Text size="xs" c="dimmed" mt={6}>
          The sandbox's own settings are the values of the emulated account, hidden ones included.
        </Text>
      </SchemaForm>
    </>
  )
}

const breaking = { whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' } as const

type Result = ReturnType<typeof useSaving>['result']

function outcomeOf(result: Result, isEdited: boolean, { status, reason }: Installation) {
  if (result === 'saving') return { isBad: false, text: 'The integration registers …' }
  if (result === 'refused') return { isBad: true, text: 'Not saved.' }
  if (result === 'none') return { isBad: false, text: isEdited ? 'Not saved yet.' : '' }
  const isBad = status === 'registration_failed'
  const why = isBad && reason ? ` ${sentence(reason)}` : ''
  return { isBad, text: `Saved. ${installationLabels[status]}.${why}` }
}
