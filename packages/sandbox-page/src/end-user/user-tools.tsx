import { Button } from '@mantine/core'
import type { Action, User } from '../protocol'
import { ActionButton } from '../shared/action-button'
import { useSandbox } from '../state/sandbox-context'
import { AskWithOptions } from './ask-with-options'
import classes from './end-user.module.css'
import { SendLocation } from './send-location'

type Props = { user: User; onDone(): void }

/** What the user can do besides writing. */
export function UserTools({ user: { id, hitlActive }, onDone }: Props) {
  const { act } = useSandbox()
  const perform = async (action: Action): Promise<void> => {
    if (await act(action)) onDone()
  }
  return (
    <div className={classes['tools']}>
      <Button.Group>
        <ActionButton
          size="xs"
          variant={hitlActive ? 'default' : 'filled'}
          impossible={hitlActive}
          run={() => perform({ type: 'userAsksForHuman', user: id })}
        >
          Talk to a human
        </ActionButton>
        <AskWithOptions user={id} impossible={hitlActive} onAsked={onDone} />
      </Button.Group>
      <SendLocation user={id} />
      {hitlActive && (
        <ActionButton
          size="xs"
          variant="default"
          run={() => perform({ type: 'userSays', user: id, message: { type: 'text', text: '/end' } })}
        >
          End with /end
        </ActionButton>
      )}
    </div>
  )
}
