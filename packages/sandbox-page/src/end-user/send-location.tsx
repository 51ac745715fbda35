import { Button, Group, Modal, NumberInput, Stack, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { useSandbox } from '../state/sandbox-context'

/** Prefilled, so that one click is enough. */
const START = { latitude: 45.5017, longitude: -73.5673, title: 'Montreal' }

/** The HITL plugin passes a location on only inside a bloc. */
export function SendLocation({ user }: { user: string }) {
  const { act } = useSandbox()
  const [opened, setOpened] = useState(false)
  const [place, setPlace] = useState(START)
  const close = (): void => setOpened(false)
  const send = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    const message = { type: 'bloc', items: [{ type: 'location', ...place }] } as const
    if (await act({ type: 'userSays', user, message })) close()
  }
  return (
    <>
      <Button size="xs" variant="default" onClick={() => setOpened(true)}>
        Send a location
      </Button>
      <Modal opened={opened} onClose={close} title="Send a location" closeButtonProps={{ 'aria-label': 'Close' }}>
        <form onSubmit={(event) => void send(event)}>
          <Stack gap="sm">
            <NumberInput
              label="Latitude"
              min={-90}
              max={90}
              decimalScale={6}
              value={place.latitude}
              onChange={(latitude) => setPlace({ ...place, latitude: Number(latitude) })}
            />
            <NumberInput
              label="Longitude"
              min={-180}
              max={180}
              decimalScale={6}
              value={place.longitude}
              onChange={(longitude) => setPlace({ ...place, longitude: Number(longitude) })}
            />
            <TextInput
              label="Title"
              value={place.title}
              onChange={({ currentTarget }) => setPlace({ ...place, title: currentTarget.value })}
            />
            <Group justify="flex-end">
              <Button variant="default" onClick={close}>
                Cancel
              </Button>
              <Button type="submit">Send</Button>
            </Group>
          </Stack>
        </form>
      </Modal>
    </>
  )
}
