import type { Chat, Customer, CustomerToken, Organization, Thread, UploadedFile } from './entities'
import { invalid, refuse } from './errors'
import { organizationFrom, type LiveChatSeed } from './seed'

/** Everything this LiveChat remembers. Organizations share nothing but the host names. */
export class State {
  readonly organizations = new Map<string, Organization>()
  readonly customerTokens = new Map<string, CustomerToken>()
  readonly files = new Map<string, UploadedFile>()

  constructor(seeds: readonly LiveChatSeed[]) {
    for (const seed of seeds) this.organizations.set(seed.organizationId, organizationFrom(seed))
  }

  /** The organization that owns a client id. */
  ownerOf(clientId: string): Organization | undefined {
    return [...this.organizations.values()].find((organization) => organization.apps.has(clientId))
  }
}

export const lastThread = (chat: Chat): Thread => {
  const thread = chat.threads.at(-1)
  if (!thread) throw new Error(`chat ${chat.id} has no thread`)
  return thread
}

/** Only the last thread of a chat can be active. */
export const activeThread = (chat: Chat): Thread | undefined => {
  const thread = lastThread(chat)
  return thread.active ? thread : undefined
}

export const requireActive = (chat: Chat): Thread => {
  const thread = activeThread(chat)
  if (!thread) throw refuse('chat_inactive', 'Chat is inactive')
  return thread
}

export const chatOf = (organization: Organization, chatId: string): Chat => {
  const chat = organization.chats.get(chatId)
  if (!chat) throw refuse('not_found', 'Chat not found')
  return chat
}

export const threadOf = (chat: Chat, threadId: string): Thread => {
  const thread = chat.threads.find((candidate) => candidate.id === threadId)
  if (!thread) throw refuse('not_found', 'Thread not found')
  return thread
}

export const customerOf = (organization: Organization, customerId: string): Customer => {
  const customer = organization.customers.get(customerId)
  if (!customer) throw refuse('not_found', 'Customer not found')
  return customer
}

/** At most one chat per customer and license. */
export const chatOfCustomer = (organization: Organization, customerId: string): Chat | undefined =>
  [...organization.chats.values()].find((chat) => chat.customerId === customerId)

export const requireGroups = (organization: Organization, ids: readonly number[]): void => {
  if (ids.length === 0) throw invalid("'group_ids' must not be empty")
  const unknown = ids.find((id) => !organization.groups.has(id))
  if (unknown !== undefined) throw refuse('group_not_found', `Group ${unknown} not found`)
}
