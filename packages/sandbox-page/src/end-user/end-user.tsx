import { NativeSelect } from '@mantine/core'
import { memo, useRef } from 'react'
import type { User } from '../protocol'
import { moveFocus } from '../shared/move-focus'
import { Panel } from '../shared/panel'
import { panelNames } from '../shared/panel-names'
import { useStable } from '../shared/use-stable'
import { AddUser } from './add-user'
import classes from './end-user.module.css'
import { UserTools } from './user-tools'
import { Webchat } from './webchat'

type Props = { users: readonly User[]; user: User | undefined; onUser(id: string): void }

export const EndUser = memo(function EndUser({ users, user, onUser }: Props) {
  const box = useRef<HTMLDivElement>(null)
  const toComposer = useStable(() => moveFocus(box.current?.querySelector('textarea'), box.current))
  return (
    <Panel
      name={panelNames.endUser}
      tools={
        <>
          <NativeSelect
            size="xs"
            aria-label="Chosen user"
            disabled={users.length === 0}
            data={users.map(({ id, name }) => ({ value: id, label: name }))}
            value={user?.id ?? ''}
            onChange={({ currentTarget }) => onUser(currentTarget.value)}
          />
          <AddUser onAdded={onUser} />
        </>
      }
    >
      {user ? (
        <div className={classes['chat']} ref={box}>
          <StateLine user={user} />
          <Webchat key={user.id} user={user} onAsked={toComposer} />
          <UserTools key={`tools of ${user.id}`} user={user} onDone={toComposer} />
        </div>
      ) : (
        <p className={classes['nobody']}>Nobody is here. Add a user to start.</p>
      )}
    </Panel>
  )
})

function StateLine({ user: { hitlActive, agent, email } }: { user: User }) {
  const waiting = agent ? `With ${agent}` : 'Waiting for an agent'
  return (
    <div className={classes['state']} data-state={hitlActive ? (agent ? 'agent' : 'waiting') : 'bot'}>
      <span role="status">{hitlActive ? waiting : 'Bot is answering'}</span>
      {email && <span className={classes['email']}>{email}</span>}
    </div>
  )
}
