import type { Action } from '@hitl/sandbox-page/protocol'
import type { DeskAgent } from '../desk'
import { quoted } from './quoted'
import { asStep, chatOf, type LiveWorld, RefusedError, usersOfChat } from './world'

type AgentAction = Extract<Action, { chat: string; agent: string }>

export async function agentActs(world: LiveWorld, action: AgentAction): Promise<void> {
  const { desk } = world
  const chat = chatOf(world, action.chat)
  const agent = agentOf(world, action.agent)
  const users = usersOfChat(world, chat)
  const step = (title: string, name: Parameters<typeof asStep>[1]['name'], work: () => void) =>
    asStep(world, { title: `${agent.name} ${title}`, users, ...(name ? { name } : { by: 'agent' as const }) }, work)
  const spoken = chat.state === 'active' ? ('agentMessage' as const) : undefined
  switch (action.type) {
    case 'agentTakes':
      return step('takes the chat', 'agentAssigned', () => desk.join(chat, agent))
    case 'agentWrites':
      return step(`writes ${quoted(action.text)}`, spoken, () => desk.write(chat, agent, action.text))
    case 'agentNotes':
      return step('makes a private note', undefined, () => desk.note(chat, agent, action.text))
    case 'agentSendsFile': {
      const file = world.uploads.get(action.upload)
      if (!file) throw new RefusedError('This file was not kept; choose it again.')
      return step(`sends ${file.name}`, spoken, () => desk.sendFile(chat, agent, file))
    }
    case 'agentTransfers': {
      const to = agentOf(world, action.to)
      return step(`transfers the chat to ${to.name}`, 'agentChanged', () => desk.transfer(chat, agent, to))
    }
    case 'agentCloses':
      return step('closes the chat', 'closed', () => desk.close(chat, agent))
    default:
      return action satisfies never
  }
}

function agentOf({ desk }: LiveWorld, id: string): DeskAgent {
  const agent = desk.agents.find((one) => one.id === id)
  if (!agent) throw new RefusedError('There is no such agent.')
  return agent
}

export async function missChat(world: LiveWorld, key: string): Promise<void> {
  const { desk } = world
  const chat = chatOf(world, key)
  await asStep(world, { title: 'Nobody answers the chat', users: usersOfChat(world, chat) }, () => desk.miss?.(chat))
}
