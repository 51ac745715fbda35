import type { Chat, ChatEvent, ChatUser, Customer, Organization, Thread } from './entities'
import { agentHash } from './ids'
import { readable } from './properties'
import { customerOf } from './state'

type View = Record<string, unknown>

/** Agent side: agents are named by e-mail. This is also how webhooks look. */
export type Side = 'agent' | 'customer'

const given = (values: View): View =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined))

/** Bots have 32-hex ids everywhere; agents have an e-mail for agents and a hash for customers. */
const userIdFor = (side: Side, id: string): string => (side === 'customer' && id.includes('@') ? agentHash(id) : id)

export const customerView = (customer: Customer): View => ({
  id: customer.id,
  type: 'customer',
  ...given({
    name: customer.name,
    email: customer.email,
    avatar: customer.avatar,
    phone_number: customer.phoneNumber,
    address: customer.address,
    omnichannel: customer.omnichannel,
  }),
  ...(customer.sessionFields.length > 0 ? { session_fields: customer.sessionFields } : {}),
})

/** The customer side may leave the scheme out of `cdn.livechatinc.com/…` addresses. */
const avatarFor = (side: Side, avatar: string): string =>
  side === 'customer' ? avatar.replace(/^https:\/\/(?=cdn\.livechatinc\.com\/)/, '') : avatar

const responderView = (organization: Organization, user: ChatUser, side: Side): View => {
  const agent = organization.agents.get(user.id)
  const profile = agent ?? organization.bots.get(user.id)
  return {
    id: userIdFor(side, user.id),
    type: 'agent',
    name: profile?.name ?? user.id,
    avatar: avatarFor(side, profile?.avatar ?? ''),
    ...given({ job_title: agent?.jobTitle }),
    ...(side === 'agent' ? given({ email: agent?.email }) : {}),
  }
}

/** Users who left stay listed with `present: false` [I]. */
export const userView = (organization: Organization, user: ChatUser, side: Side): View => ({
  ...(user.kind === 'customer'
    ? customerView(customerOf(organization, user.id))
    : responderView(organization, user, side)),
  present: user.present,
  events_seen_up_to: user.eventsSeenUpTo,
  ...(side === 'agent' ? { visibility: user.visibility } : {}),
})

export const eventView = (event: ChatEvent, side: Side): View => ({
  id: event.id,
  type: event.type,
  ...given({ custom_id: event.customId, author_id: event.author && userIdFor(side, event.author.id) }),
  created_at: event.createdAt,
  ...(side === 'agent' ? { visibility: event.visibility } : { recipients: event.visibility }),
  ...(event.properties ? { properties: readable(event.properties) } : {}),
  ...event.content,
})

const visibleTo = (side: Side, { visibility }: { visibility: string }): boolean =>
  side === 'agent' || visibility === 'all'

export const threadView = (chat: Chat, thread: Thread, side: Side): View => {
  const hidden = new Set(chat.users.filter((user) => !visibleTo(side, user)).map((user) => user.id))
  return {
    id: thread.id,
    active: thread.active,
    user_ids: thread.userIds.filter((id) => !hidden.has(id)).map((id) => userIdFor(side, id)),
    events: thread.events.filter((event) => visibleTo(side, event)).map((event) => eventView(event, side)),
    properties: readable(thread.properties),
    access: thread.access,
    created_at: thread.createdAt,
    ...(side === 'agent' ? { tags: thread.tags } : {}),
    ...given({
      queue: thread.queue,
      previous_thread_id: thread.previousThreadId,
      next_thread_id: thread.nextThreadId,
    }),
  }
}

export const usersView = (organization: Organization, chat: Chat, side: Side): View[] =>
  chat.users.filter((user) => visibleTo(side, user)).map((user) => userView(organization, user, side))

export const chatView = (organization: Organization, chat: Chat, thread: Thread, side: Side): View => ({
  id: chat.id,
  users: usersView(organization, chat, side),
  thread: threadView(chat, thread, side),
  properties: readable(chat.properties),
  access: chat.access,
})
