import { Button } from '@mantine/core'
import { ChevronDown, ChevronUp } from 'lucide-react'
import { useState } from 'react'
import type { DeskAgent, DeskChat, DeskWords } from '../protocol'
import { useStickToEnd } from '../shared/use-stick-to-end'
import { ChatActions } from './chat-actions'
import classes from './desk.module.css'
import { Entry } from './entry'
import { ReplyBox } from './reply-box'

export type ChatProps = {
  chat: DeskChat
  words: DeskWords
  agents: readonly DeskAgent[]
  /** Whom the person at the page acts as. */
  actor: DeskAgent | undefined
}

export function Chat(props: ChatProps) {
  const { chat, words } = props
  const { ref } = useStickToEnd()
  const [detailed, setDetailed] = useState(false)
  return (
    <div className={classes['chat']}>
      <header className={classes['chatHead']}>
        <div className={classes['who']}>
          <h3 className={classes['chatTitle']}>{chat.contact.name}</h3>
          <span className={classes['quiet']}>{stateOf(chat, words)}</span>
          <Button
            size="compact-xs"
            variant="subtle"
            ml="auto"
            aria-expanded={detailed}
            rightSection={detailed ? <ChevronUp size={14} aria-hidden /> : <ChevronDown size={14} aria-hidden />}
            onClick={() => setDetailed((before) => !before)}
          >
            Details
          </Button>
        </div>
        <div className={classes['actions']}>
          <ChatActions {...props} />
        </div>
      </header>
      {detailed && <Details chat={chat} />}
      <div className={classes['entries']} ref={ref} role="log" aria-label={`Messages with ${chat.contact.name}`}>
        <div className={classes['entryList']}>
          {chat.entries.map((entry) => (
            <Entry key={entry.id} entry={entry} noteLabel={words.note} />
          ))}
        </div>
      </div>
      <ReplyBox {...props} />
    </div>
  )
}

function stateOf({ state, agent, outcome }: DeskChat, words: DeskWords): string {
  const parts = [words[state], ...(agent && state === 'active' ? [agent.name] : []), ...(outcome ? [outcome] : [])]
  return parts.join(' · ')
}

function Details({ chat: { contact, details } }: { chat: DeskChat }) {
  const rows = [...(contact.email ? [['E-mail', contact.email] as const] : []), ...details]
  if (rows.length === 0) return <p className={classes['noDetails']}>Nothing more is known.</p>
  return (
    <dl className={classes['details']}>
      {rows.map(([label, value], index) => (
        <div key={`${label}-${index}`}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}
