import { Button, Group, NumberInput, Text } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { useSandbox } from '../state/sandbox-context'

/** The bot's own setting: how long it waits for an agent. */
export function AssignmentTimeout({ seconds }: { seconds: number }) {
  const { act } = useSandbox()
  const [entered, setEntered] = useState<number | string>()
  const [saved, setSaved] = useState(false)
  const save = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    setSaved((await act({ type: 'setAssignmentTimeout', seconds: Number(entered ?? seconds) || 0 })) !== undefined)
  }
  return (
    <form onSubmit={(event) => void save(event)}>
      <Group align="flex-end" gap="xs">
        <NumberInput
          flex={1}
          label="Assignment timeout of the bot, in seconds"
          description="After this time without an agent the bot ends the session; 0 for never"
          min={0}
          allowDecimal={false}
          value={entered ?? seconds}
          onChange={(value) => {
            setEntered(value)
            setSaved(false)
          }}
        />
        <Button type="submit" variant="default">
          Set timeout
        </Button>
      </Group>
      <Text size="xs" c="dimmed" mt={4} role="status">
        {saved ? 'The timeout was set.' : ''}
      </Text>
    </form>
  )
}
