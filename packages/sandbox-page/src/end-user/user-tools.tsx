import { Button } from '@mantine/core'
import type { User } from '../protocol'
import { ActionButton } from '../shared/action-button'
import { useSandbox } from '../state/sandbox-context'
import { AskWithOptions } from './ask-with-options'
import classes from './end-user.module.css'
import { SendLocation } from './send-location'

/** What the user can do besides writing. */
export function UserTools({ user: { id, hitlActive } }: { user: User }) {
  const { act } = useSandbox()
  return (
    <div className={classes['tools']}>
      <Button.Group>
        <ActionButton
          size="xs"
          variant={hitlActive ? 'default' : 'filled'}
          disabled={hitlActive}
          run={() => act({ type: 'userAsksForHuman', user: id })}
        >
          Talk to a human
        </ActionButton>
        <AskWithOptions user={id} disabled={hitlActive} />
      </Button.Group>
      <SendLocation user={id} />
      {hitlActive && (
        <ActionButton
          size="xs"
          variant="default"
          run={() => act({ type: 'userSays', user: id, message: { type: 'text', text: '/end' } })}
        >
          End with /end
        </ActionButton>
      )}
    </div>
  )
}
