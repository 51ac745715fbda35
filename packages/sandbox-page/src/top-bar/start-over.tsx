import { Button, Group, Modal, Text } from '@mantine/core'
import { RotateCcw } from 'lucide-react'
import { useState } from 'react'
import { forgetSettings } from '../settings/kept-settings'
import { ActionButton } from '../shared/action-button'
import { forgetDrafts } from '../state/drafts'
import { useSandbox } from '../state/sandbox-context'

export function StartOver({ provider }: { provider: string }) {
  const { provider: name, act } = useSandbox()
  const [asking, setAsking] = useState(false)
  const close = (): void => setAsking(false)
  const start = async (): Promise<void> => {
    if (!(await act({ type: 'startOver' }))) return
    forgetDrafts(name)
    forgetSettings(name)
    close()
  }
  return (
    <>
      <Button
        size="xs"
        variant="default"
        leftSection={<RotateCcw size={15} aria-hidden />}
        onClick={() => setAsking(true)}
      >
        Start over
      </Button>
      <Modal
        opened={asking}
        onClose={close}
        title={`Start ${provider} over?`}
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        <Text size="sm">
          All users, chats, settings, faults and the journal of {provider} are forgotten, and the integration is
          installed anew.
        </Text>
        <Group justify="flex-end" mt="lg">
          <Button variant="default" onClick={close}>
            Cancel
          </Button>
          <ActionButton color="red" run={start}>
            Forget everything
          </ActionButton>
        </Group>
      </Modal>
    </>
  )
}
