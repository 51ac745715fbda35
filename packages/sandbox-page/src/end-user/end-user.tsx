import { NativeSelect } from '@mantine/core'
import type { User, View } from '../protocol'
import { Panel } from '../shared/panel'
import { AddUser } from './add-user'
import classes from './end-user.module.css'
import { UserTools } from './user-tools'
import { Webchat } from './webchat'

type Props = { view: View; user: User | undefined; onUser(id: string): void }

export function EndUser({ view, user, onUser }: Props) {
  return (
    <Panel
      name="End user"
      tools={
        <>
          <NativeSelect
            size="xs"
            aria-label="Chosen user"
            disabled={view.users.length === 0}
            data={view.users.map(({ id, name }) => ({ value: id, label: name }))}
            value={user?.id ?? ''}
            onChange={({ currentTarget }) => onUser(currentTarget.value)}
          />
          <AddUser onAdded={onUser} />
        </>
      }
    >
      {user ? (
        <>
          <StateLine user={user} view={view} />
          <Webchat key={user.id} user={user} />
          <UserTools key={`tools of ${user.id}`} user={user} />
        </>
      ) : (
        <p className={classes['nobody']}>Nobody is here. Add a user to start.</p>
      )}
    </Panel>
  )
}

function StateLine({ user, view }: { user: User; view: View }) {
  const agent = user.hitlActive ? agentOf(user, view) : undefined
  const waiting = agent ? `With ${agent}` : 'Waiting for an agent'
  return (
    <div className={classes['state']} data-state={user.hitlActive ? (agent ? 'agent' : 'waiting') : 'bot'}>
      <span role="status">{user.hitlActive ? waiting : 'Bot is answering'}</span>
      {user.email && <span className={classes['email']}>{user.email}</span>}
    </div>
  )
}

/** Who has joined, as the desk knows it where the integration has not told. */
function agentOf({ agent, name }: User, { chats }: View): string | undefined {
  return agent ?? chats.findLast(({ contact, state }) => state === 'active' && contact.name === name)?.agent?.name
}
