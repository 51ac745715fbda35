import { Button, Group, Loader, Modal, Stack, Textarea, TextInput } from '@mantine/core'
import { useState } from 'react'
import type { FormValues } from '../settings/form-validator'
import { SchemaForm } from '../settings/schema-form'
import { useSettings } from '../settings/use-settings'
import { withoutEmpty } from '../settings/without-empty'
import { whenImpossible } from '../shared/impossible'
import { useSandbox } from '../state/sandbox-context'

type Props = { user: string; impossible: boolean; onAsked(): void }

/** What a bot builder may set when handing a conversation over. */
export function AskWithOptions({ user, impossible, onAsked }: Props) {
  const [opened, setOpened] = useState(false)
  const [asked, setAsked] = useState(false)
  const close = (): void => setOpened(false)
  const open = (): void => {
    if (impossible) return
    setAsked(false)
    setOpened(true)
  }
  return (
    <>
      <Button size="xs" variant="default" {...whenImpossible(impossible)} onClick={open}>
        With options…
      </Button>
      <Modal
        opened={opened}
        onClose={close}
        onExitTransitionEnd={() => asked && onAsked()}
        title="Hand over with options"
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        <Options
          user={user}
          onCancel={close}
          onAsked={() => {
            setAsked(true)
            close()
          }}
        />
      </Modal>
    </>
  )
}

function Options({ user, onCancel, onAsked }: { user: string; onCancel(): void; onAsked(): void }) {
  const { act } = useSandbox()
  const { form } = useSettings(true)
  const [title, setTitle] = useState('')
  const [description, setDescription] = useState('')
  const [options, setOptions] = useState<FormValues>({})
  const ask = async (): Promise<void> => {
    const given = withoutEmpty(options)
    const answer = await act({
      type: 'userAsksForHuman',
      user,
      ...(title ? { title } : {}),
      ...(description ? { description } : {}),
      ...(given ? { options: given } : {}),
    })
    if (answer) onAsked()
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
      {form ? (
        <SchemaForm
          idPrefix="session"
          schema={form.sessionSchema}
          values={options}
          onChange={setOptions}
          onSubmit={() => void ask()}
        >
          <Group justify="flex-end" mt="md">
            <Button variant="default" onClick={onCancel}>
              Cancel
            </Button>
            <Button type="submit">Hand over</Button>
          </Group>
        </SchemaForm>
      ) : (
        <Loader size="sm" />
      )}
    </Stack>
  )
}
