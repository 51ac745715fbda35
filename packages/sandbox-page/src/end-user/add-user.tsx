import { ActionIcon, Button, Group, Modal, Stack, TextInput } from '@mantine/core'
import { UserPlus } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { useSandbox } from '../state/sandbox-context'

export function AddUser({ onAdded }: { onAdded(id: string): void }) {
  const { act } = useSandbox()
  const [opened, setOpened] = useState(false)
  const [name, setName] = useState('')
  const [email, setEmail] = useState('')
  const close = (): void => setOpened(false)
  const add = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    const address = email.trim()
    const answer = await act({ type: 'addUser', name: name.trim(), ...(address ? { email: address } : {}) })
    if (!answer) return
    close()
    setName('')
    setEmail('')
    if (answer.user) onAdded(answer.user)
  }
  return (
    <>
      <ActionIcon size={30} variant="default" aria-label="Add user" title="Add user" onClick={() => setOpened(true)}>
        <UserPlus size={16} aria-hidden />
      </ActionIcon>
      <Modal opened={opened} onClose={close} title="Add a user" closeButtonProps={{ 'aria-label': 'Close' }}>
        <form onSubmit={(event) => void add(event)}>
          <Stack gap="sm">
            <TextInput
              label="Name"
              required
              data-autofocus
              value={name}
              onChange={({ currentTarget }) => setName(currentTarget.value)}
            />
            <TextInput
              label="E-mail"
              description="Without one the integration has to do without, as on many channels"
              type="email"
              value={email}
              onChange={({ currentTarget }) => setEmail(currentTarget.value)}
            />
            <Group justify="flex-end">
              <Button variant="default" onClick={close}>
                Cancel
              </Button>
              <Button type="submit" disabled={!name.trim()}>
                Add
              </Button>
            </Group>
          </Stack>
        </form>
      </Modal>
    </>
  )
}
