import { Button, Menu } from '@mantine/core'
import type { Action } from '../protocol'
import { ActionButton } from '../shared/action-button'
import { whenImpossible } from '../shared/impossible'
import { useSandbox } from '../state/sandbox-context'
import type { ChatProps } from './chat'

type Props = ChatProps & { onDone(): void }

/** What the agent can do with the chat as a whole. */
export function ChatActions(props: Props) {
  const { chat, words, actor } = props
  const perform = usePerform(props)
  const on = { chat: chat.key, agent: actor?.id ?? '' }
  const waiting = chat.state === 'waiting'
  return (
    <>
      <ActionButton
        size="compact-sm"
        fz="xs"
        variant={waiting ? 'filled' : 'default'}
        impossible={!waiting || !actor}
        run={() => perform({ type: 'agentTakes', ...on })}
      >
        {words.take}
      </ActionButton>
      <Transfer {...props} />
      <ActionButton
        size="compact-sm"
        fz="xs"
        variant="default"
        impossible={chat.state !== 'active' || !actor}
        run={() => perform({ type: 'agentCloses', ...on })}
      >
        {words.close}
      </ActionButton>
      {words.miss !== undefined && (
        <ActionButton
          size="compact-sm"
          fz="xs"
          variant="default"
          impossible={!waiting}
          run={() => perform({ type: 'chatIsMissed', chat: chat.key })}
        >
          {words.miss}
        </ActionButton>
      )}
    </>
  )
}

function Transfer(props: Props) {
  const { chat, words, agents, actor } = props
  const perform = usePerform(props)
  const holder = chat.agent?.id ?? actor?.id
  const others = agents.filter(({ id }) => id !== holder)
  const impossible = chat.state !== 'active' || others.length === 0 || holder === undefined
  return (
    <Menu position="bottom-start" withinPortal disabled={impossible}>
      <Menu.Target>
        <Button size="compact-sm" fz="xs" variant="default" {...whenImpossible(impossible)}>
          {words.transfer}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {others.map(({ id, name }) => (
          <Menu.Item
            key={id}
            onClick={() => void perform({ type: 'agentTransfers', chat: chat.key, agent: holder ?? '', to: id })}
          >
            {name}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}

function usePerform({ onDone }: Props): (action: Action) => Promise<void> {
  const { act } = useSandbox()
  return async (action) => {
    if (await act(action)) onDone()
  }
}
