import { Button } from '@mantine/core'
import { ChevronDown, ChevronUp } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import type { DeskAgent, DeskChat, DeskWords } from '../protocol'
import { moveFocus } from '../shared/move-focus'
import { useStickToEnd } from '../shared/use-stick-to-end'
import { ChatActions } from './chat-actions'
import { ChatEnd } from './chat-end'
import classes from './desk.module.css'
import { Entry } from './entry'
import { useAttach } from './use-attach'

export type ChatProps = {
  chat: DeskChat
  words: DeskWords
  agents: readonly DeskAgent[]
  /** Whom the person at the page acts as. */
  actor: DeskAgent | undefined
  onActor(id: string): void
}

export function Chat(props: ChatProps) {
  const { chat, words, actor } = props
  const { ref } = useStickToEnd()
  const [detailed, setDetailed] = useState(false)
  const { box, heading, goOn } = useGoOn(chat)
  const { attach, dropTarget } = useAttach(chat.key, actor)
  return (
    <div className={classes['chat']} ref={box} {...dropTarget}>
      <header className={classes['chatHead']}>
        <div className={classes['who']}>
          <h3 className={classes['chatTitle']} ref={heading} tabIndex={-1} title={chat.contact.name}>
            {chat.contact.name}
          </h3>
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
        {chat.state !== 'closed' && (
          <div className={classes['actions']}>
            <ChatActions {...props} onDone={goOn} />
          </div>
        )}
      </header>
      {detailed && <Details chat={chat} />}
      <div className={classes['entries']} ref={ref} role="log" aria-label={`Messages with ${chat.contact.name}`}>
        <div className={classes['entryList']}>
          {chat.entries.map((entry) => (
            <Entry key={entry.id} entry={entry} noteName={words.noteName} />
          ))}
        </div>
      </div>
      <ChatEnd {...props} onDone={goOn} onFile={attach} />
    </div>
  )
}

/** After something was done the focus goes to where one writes, or to the heading where nothing can be written. */
function useGoOn({ state }: DeskChat) {
  const box = useRef<HTMLDivElement>(null)
  const heading = useRef<HTMLHeadingElement>(null)
  const goOn = (): void => moveFocus(box.current?.querySelector('textarea') ?? heading.current, box.current)
  const before = useRef(state)
  useEffect(() => {
    if (before.current === state) return
    before.current = state
    // The button that was pressed may be gone.
    const { activeElement, body } = document
    if (activeElement === body && state === 'closed') heading.current?.focus()
  }, [state])
  return { box, heading, goOn }
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
