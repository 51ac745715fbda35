import { Button, Group, Loader, Modal, Stack, Textarea, TextInput } from '@mantine/core'
import { useState } from 'react'
import type { FormValues } from '../settings/form-validator'
import { SchemaForm } from '../settings/schema-form'
import { useSettings } from '../settings/use-settings'
import { useSandbox } from '../state/sandbox-context'

type Props = { user: string; disabled: boolean }

/** What a bot builder may set when handing a conversation over. */
export function AskWithOptions({ user, disabled }: Props) {
  const [opened, setOpened] = useState(false)
  const close = (): void => setOpened(false)
  return (
    <>
      <Button size="xs" variant="default" disabled={disabled} onClick={() => setOpened(true)}>
        With options…
      </Button>
      <Modal
        opened={opened}
        onClose={close}
        title="Hand over with options"
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        <Options user={user} onDone={close} />
      </Modal>
    </>
  )
}

function Options({ user, onDone }: { user: string; onDone(): void }) {
  const { act } = useSandbox()
  const form = useSettings(true)
  const [title, setTitle] = useState('')
  const [description, setDescription] = useState('')
  const [options, setOptions] = useState<FormValues>({})
  if (!form) return <Loader size="sm" />
  const ask = async (): Promise<void> => {
    const given = Object.entries(options).filter(([, value]) => value !== undefined && value !== '')
    const answer = await act({
      type: 'userAsksForHuman',
      user,
      ...(title ? { title } : {}),
      ...(description ? { description } : {}),
      ...(given.length > 0 ? { options: Object.fromEntries(given) } : {}),
    })
    if (answer) onDone()
  }
  return (
    <Stack gap="sm">
      <TextInput label="Title" data-autofocus value={title} onChange={({ target }) => setTitle(target.value)} />
      <Textarea
        label="Description"
        autosize
        minRows={2}
        maxRows={6}
        value={description}
        onChange={({ target }) => setDescription(target.value)}
      />
      <SchemaForm
        idPrefix="session"
        schema={form.sessionSchema}
        values={options}
        onChange={setOptions}
        onSubmit={() => void ask()}
      >
        <Group justify="flex-end" mt="md">
          <Button variant="default" onClick={onDone}>
            Cancel
          </Button>
          <Button type="submit">Hand over</Button>
        </Group>
      </SchemaForm>
    </Stack>
  )
}
