import type { Chat, ChatEvent, Organization, Properties, Queue, SessionFields, Thread } from './entities'
import { activeThread, customerOf } from './state'
import { responders, type Scene, type World } from './world'

export type ThreadSnapshot = {
  readonly id: string
  readonly active: boolean
  readonly createdAt: string
  readonly events: readonly ChatEvent[]
  readonly tags: readonly string[]
  readonly properties: Properties
  readonly groupIds: readonly number[]
  /** E-mails of agents and ids of bots that took part. */
  readonly agents: readonly string[]
  readonly queue?: Queue
}

export type ChatSnapshot = {
  readonly id: string
  readonly organizationId: string
  readonly active: boolean
  readonly continuous: boolean
  readonly sourceClientId?: string
  readonly groupIds: readonly number[]
  readonly properties: Properties
  readonly customer: {
    readonly id: string
    readonly name?: string
    readonly email?: string
    readonly avatar?: string
    readonly sessionFields: SessionFields
  }
  /** Who answers now: e-mails of agents and ids of bots; supervisors are not among them. */
  readonly agents: readonly string[]
  readonly threads: readonly ThreadSnapshot[]
}

const threadSnapshot = (chat: Chat, thread: Thread): ThreadSnapshot => ({
  id: thread.id,
  active: thread.active,
  createdAt: thread.createdAt,
  events: thread.events,
  tags: thread.tags,
  properties: thread.properties,
  groupIds: thread.access.group_ids,
  agents: thread.userIds.filter((id) => id !== chat.customerId),
  ...(thread.queue ? { queue: thread.queue } : {}),
})

const customerSnapshot = (organization: Organization, customerId: string): ChatSnapshot['customer'] => {
  const { id, name, email, avatar, sessionFields } = customerOf(organization, customerId)
  return {
    id,
    ...(name === undefined ? {} : { name }),
    ...(email === undefined ? {} : { email }),
    ...(avatar === undefined ? {} : { avatar }),
    sessionFields,
  }
}

/** A copy: later events do not change it, and changing it changes nothing. */
export const chatSnapshot = (organization: Organization, chat: Chat): ChatSnapshot =>
  structuredClone({
    id: chat.id,
    organizationId: organization.id,
    active: activeThread(chat) !== undefined,
    continuous: chat.continuous,
    ...(chat.sourceClientId === undefined ? {} : { sourceClientId: chat.sourceClientId }),
    groupIds: chat.access.group_ids,
    properties: chat.properties,
    customer: customerSnapshot(organization, chat.customerId),
    agents: responders(chat).map((user) => user.id),
    threads: chat.threads.map((thread) => threadSnapshot(chat, thread)),
  })

export const allChats = (world: World): ChatSnapshot[] =>
  [...world.state.organizations.values()].flatMap((organization) =>
    [...organization.chats.values()].map((chat) => chatSnapshot(organization, chat))
  )

/** For the controls, which name a chat without its organization. */
export const sceneFor = (world: World, chatId: string): Scene => {
  for (const organization of world.state.organizations.values()) {
    const chat = organization.chats.get(chatId)
    if (chat) return { world, organization, chat }
  }
  throw new Error(`LiveChat has no chat ${chatId}`)
}
