import { NativeSelect } from '@mantine/core'
import { useEffect, useState } from 'react'
import type { DeskChat, View } from '../protocol'
import { Panel } from '../shared/panel'
import { Chat } from './chat'
import { ChatList } from './chat-list'
import classes from './desk.module.css'

type Props = { view: View; chosen: string | undefined; onChat(key: string): void }

/** The provider's app for agents, in the provider's words. */
export function Desk({ view, chosen, onChat }: Props) {
  const { agents, chats, words } = view
  const [actor, setActor] = useState<string>()
  const agent = agents.find(({ id }) => id === actor) ?? agents[0]
  const chat = chats.find(({ key }) => key === chosen)
  const first = chat ? undefined : firstToShow(chats)?.key
  useEffect(() => {
    // Kept in the address, so that a new chat does not take the place of the one that is read.
    if (first !== undefined) onChat(first)
  }, [first, onChat])
  return (
    <Panel
      name="Agent desk"
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
          <Chat key={chat.key} chat={chat} words={words} agents={agents} actor={agent} />
        ) : (
          <p className={classes['nothing']}>
            No {words.chats.toLowerCase()} yet. Let the end user ask for a human, and it appears here.
          </p>
        )}
      </div>
    </Panel>
  )
}

const firstToShow = (chats: readonly DeskChat[]): DeskChat | undefined =>
  chats.findLast(({ state }) => state !== 'closed') ?? chats.at(-1)
