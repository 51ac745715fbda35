import { UnstyledButton } from '@mantine/core'
import { memo, useId } from 'react'
import type { DeskChat, DeskWords } from '../protocol'
import { toMinute } from '../shared/format'
import classes from './desk.module.css'

type Props = {
  chats: readonly DeskChat[]
  words: DeskWords
  chosen: string | undefined
  onChat(key: string): void
}

const groups = ['waiting', 'active', 'closed'] as const

export function ChatList({ chats, words, chosen, onChat }: Props) {
  return (
    <nav className={classes['list']} aria-label={words.chats}>
      {groups.map((state) => {
        const members = chats.filter((chat) => chat.state === state).toReversed()
        return (
          <section key={state} className={classes['group']} aria-label={words[state]}>
            <h3 className={classes['groupTitle']}>
              {words[state]} <span>{members.length}</span>
            </h3>
            <ul className={classes['rows']}>
              {members.map((chat) => (
                <li key={chat.key}>
                  <Row chat={chat} label={words[state]} current={chat.key === chosen} onChat={onChat} />
                </li>
              ))}
            </ul>
          </section>
        )
      })}
    </nav>
  )
}

type RowProps = { chat: DeskChat; label: string; current: boolean; onChat(key: string): void }

const Row = memo(function Row({ chat, label, current, onChat }: RowProps) {
  const more = useId()
  const last = chat.entries.findLast(({ kind }) => kind !== 'system') ?? chat.entries.at(-1)
  const line = last?.text ?? last?.file?.name ?? ''
  return (
    <UnstyledButton
      className={classes['row'] ?? ''}
      aria-label={`${chat.contact.name}: ${label}`}
      aria-describedby={more}
      aria-current={current}
      data-state={chat.state}
      onClick={() => onChat(chat.key)}
    >
      <span className={classes['rowTop']}>
        <b className={classes['cut']}>{chat.contact.name}</b>
        <span className={classes['when']}>{last ? toMinute(last.at) : ''}</span>
      </span>
      <span className={classes['rowBottom']} id={more}>
        <span className={classes['cut']}>{line}</span>
        {chat.agent && <span className={classes['rowAgent']}>{chat.agent.name}</span>}
      </span>
    </UnstyledButton>
  )
})
