import { NativeSelect } from '@mantine/core'
import { useEffect } from 'react'
import type { DeskAgent, DeskChat, DeskWords } from '../protocol'
import { Panel } from '../shared/panel'
import { panelNames } from '../shared/panel-names'
import { useRemembered } from '../state/use-remembered'
import { Chat } from './chat'
import { ChatList } from './chat-list'
import classes from './desk.module.css'

type Props = {
  agents: readonly DeskAgent[]
  chats: readonly DeskChat[]
  words: DeskWords
  chosen: string | undefined
  /** What is to be chosen where nothing is. */
  toPin: string | undefined
  onChat(key: string): void
  onPin(key: string): void
}

const textOf = (kept: unknown): string => (typeof kept === 'string' ? kept : '')

/** The provider's app for agents, in the provider's words. */
export function Desk({ agents, chats, words, chosen, toPin, onChat, onPin }: Props) {
  const [actor, setActor] = useRemembered('act-as', textOf)
  const agent = agents.find(({ id }) => id === actor) ?? agents[0]
  const chat = chats.find(({ key }) => key === chosen)
  const missing = chat ? undefined : toPin
  useEffect(() => {
    // Kept in the address, so that a new chat does not take the place of the one that is read.
    if (missing !== undefined) onPin(missing)
  }, [missing, onPin])
  return (
    <Panel
      name={panelNames.desk}
      title={words.desk}
      tools={
        <NativeSelect
          size="xs"
          aria-label="Act as"
          disabled={agents.length === 0}
          data={agents.map(({ id, name }) => ({ value: id, label: name }))}
          value={agent?.id ?? ''}
          leftSection={<span className={classes['actAs']}>Act as</span>}
          leftSectionWidth={54}
          onChange={({ currentTarget }) => setActor(currentTarget.value)}
        />
      }
    >
      <div className={classes['desk']}>
        <ChatList chats={chats} words={words} chosen={chat?.key} onChat={onChat} />
        {chat ? (
          <Chat key={chat.key} chat={chat} words={words} agents={agents} actor={agent} onActor={setActor} />
        ) : (
          <p className={classes['nothing']}>
            No {words.chats.toLowerCase()} yet. Let the end user ask for a human, and it appears here.
          </p>
        )}
      </div>
    </Panel>
  )
}
