import type { AuthorKind, Chat, ChatEvent, ChatUser, EventDraft, Properties, Thread } from './entities'
import { shortId } from './ids'
import { activeThread, lastThread, requireActive } from './state'
import { keepFile } from './uploads'
import { eventView } from './views'
import type { Scene, Source } from './world'

export type Author = { id: string; kind: AuthorKind }

export type ThreadRequest = { groupIds: number[]; active: boolean; events: EventDraft[]; properties: Properties }

export const seenBy = (chat: Chat, userId: string, upTo: string): void => {
  for (const user of chat.users) if (user.id === userId) user.eventsSeenUpTo = upTo
}

/** Adds an event without announcing it: initial events travel inside `incoming_chat`. System messages have no author. */
const addEvent = ({ world, chat }: Scene, thread: Thread, draft: EventDraft, author?: Author): ChatEvent => {
  const event: ChatEvent = {
    ...draft,
    id: `${thread.id}_${++thread.eventCount}`,
    createdAt: world.timestamp(),
    ...(author && draft.type !== 'system_message' ? { author } : {}),
  }
  if (event.type === 'file') keepFile(world, event.content['url'])
  thread.events.push(event)
  if (author) seenBy(chat, author.id, event.createdAt)
  return event
}

export const appendEvent = (
  scene: Scene,
  thread: Thread,
  draft: EventDraft,
  source: Source,
  author?: Author
): ChatEvent => {
  const { world, organization, chat } = scene
  const event = addEvent(scene, thread, draft, author)
  world.webhooks.emit({
    organization,
    chat,
    action: 'incoming_event',
    payload: { chat_id: chat.id, thread_id: thread.id, event: eventView(event, 'agent') },
    source,
    ...(event.author ? { author: event.author.kind } : {}),
  })
  return event
}

export type SystemMessage = { type: string; text: string; textVars?: Record<string, string> }

export const systemMessage = (scene: Scene, message: SystemMessage, source: Source): ChatEvent => {
  const content = {
    system_message_type: message.type,
    text: message.text,
    ...(message.textVars ? { text_vars: message.textVars } : {}),
  }
  return appendEvent(scene, lastThread(scene.chat), { type: 'system_message', visibility: 'all', content }, source)
}

/** Opens the next thread of a chat. Only the last thread of a chat may be active, so the caller has checked that. */
export const openThread = (scene: Scene, request: ThreadRequest, author: Author): Thread => {
  const { world, chat } = scene
  const previous = chat.threads.at(-1)
  const thread: Thread = {
    id: shortId(),
    active: request.active,
    userIds: [author.id],
    events: [],
    eventCount: 0,
    properties: request.properties,
    access: { group_ids: request.groupIds },
    createdAt: world.timestamp(),
    tags: [],
    ...(previous ? { previousThreadId: previous.id } : {}),
  }
  if (previous) previous.nextThreadId = thread.id
  chat.access = { group_ids: [...request.groupIds] }
  chat.threads.push(thread)
  for (const user of chat.users) user.present = request.active && user.kind === 'customer'
  for (const draft of request.events) addEvent(scene, thread, draft, author)
  return thread
}

/** Closing says so twice: a system message in the thread, then `chat_deactivated`, without `user_id` if no user did it. */
export const deactivate = (scene: Scene, message: SystemMessage, source: Source, userId?: string): void => {
  const { world, organization, chat } = scene
  const thread = requireActive(chat)
  systemMessage(scene, message, source)
  thread.active = false
  delete thread.queue
  delete thread.properties['routing']?.['unassigned']
  world.webhooks.emit({
    organization,
    chat,
    action: 'chat_deactivated',
    payload: { chat_id: chat.id, thread_id: thread.id, ...(userId === undefined ? {} : { user_id: userId }) },
    source,
  })
  for (const user of chat.users) user.present = false
}

export const userIn = (chat: Chat, userId: string): ChatUser | undefined =>
  chat.users.find((user) => user.id === userId)

/** `thread_id` is part of some payloads only while the chat is active. */
export const activeThreadId = (chat: Chat): { thread_id?: string } => {
  const thread = activeThread(chat)
  return thread ? { thread_id: thread.id } : {}
}
