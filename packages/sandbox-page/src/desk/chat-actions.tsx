import { Button, Menu } from '@mantine/core'
import { ActionButton } from '../shared/action-button'
import { useSandbox } from '../state/sandbox-context'
import type { ChatProps } from './chat'

/** What the agent can do with the chat as a whole. */
export function ChatActions({ chat, words, agents, actor }: ChatProps) {
  const { act } = useSandbox()
  const agent = actor?.id ?? ''
  const on = { chat: chat.key, agent }
  const [waiting, active] = [chat.state === 'waiting', chat.state === 'active']
  return (
    <>
      <ActionButton
        size="compact-sm"
        variant={waiting ? 'filled' : 'default'}
        disabled={!waiting || !actor}
        run={() => act({ type: 'agentTakes', ...on })}
      >
        {words.take}
      </ActionButton>
      <Transfer chat={chat} words={words} agents={agents} actor={actor} />
      <ActionButton
        size="compact-sm"
        variant="default"
        disabled={!active || !actor}
        run={() => act({ type: 'agentCloses', ...on })}
      >
        {words.close}
      </ActionButton>
      {words.miss !== undefined && (
        <ActionButton
          size="compact-sm"
          variant="default"
          disabled={!waiting}
          run={() => act({ type: 'chatIsMissed', chat: chat.key })}
        >
          {words.miss}
        </ActionButton>
      )}
    </>
  )
}

function Transfer({ chat, words, agents, actor }: ChatProps) {
  const { act } = useSandbox()
  const holder = chat.agent?.id ?? actor?.id
  const others = agents.filter(({ id }) => id !== holder)
  return (
    <Menu position="bottom-start" withinPortal>
      <Menu.Target>
        <Button
          size="compact-sm"
          variant="default"
          disabled={chat.state !== 'active' || others.length === 0 || holder === undefined}
        >
          {words.transfer}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {others.map(({ id, name }) => (
          <Menu.Item
            key={id}
            onClick={() => void act({ type: 'agentTransfers', chat: chat.key, agent: holder ?? '', to: id })}
          >
            {name}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}
