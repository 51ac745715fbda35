import { noContent, ok, pathPart, query, readJson, type Answer, type Call } from './call'
import type { Thread } from './thread-entities'
import { notFound } from './errors'
import { digits, filledText, isoTime, oneOf, text, wrong } from './fields'
import { pageOf, readPage } from './paging'
import { appDoer, archiveThread, assignThread, setStatus } from './threads'
import { latestMessageAt, threadView } from './thread-views'

export const threadIn = (call: Call): Thread => {
  const thread = call.world.state.threads.get(pathPart(call, 'threadId'))
  if (!thread || thread.archived) throw notFound('Thread not found')
  return thread
}

/** `property` is accepted and changes nothing: its values are not listed. */
export const getThread = async (call: Call): Promise<Answer> => {
  const fields = query(call)
  const association = fields.optional('association', oneOf('TICKET'))
  const archived = fields.optional('archived', oneOf('true', 'false'))
  fields.optional('property', text)
  fields.end()
  const thread = threadIn(call)
  if (archived === 'true') throw notFound('Thread not found')
  return ok(threadView(thread, association === 'TICKET'))
}

/** Ascending only. */
export const listThreads = async (call: Call): Promise<Answer> => {
  const fields = query(call)
  const page = readPage(fields, { limit: 100, most: 500 })
  const inboxId = fields.optional('inboxId', digits)
  const contactId = fields.optional('associatedContactId', digits)
  const ticketId = fields.optional('associatedTicketId', digits)
  const status = fields.optional('threadStatus', oneOf('OPEN', 'CLOSED'))
  const sort = fields.optional('sort', oneOf('id', 'latestMessageTimestamp')) ?? 'id'
  const latestAfter = fields.optional('latestMessageTimestampAfter', isoTime)
  const association = fields.optional('association', oneOf('TICKET'))
  fields.end()
  const key = (thread: Thread): number => (sort === 'id' ? Number(thread.id) : (latestMessageAt(thread) ?? 0))
  const found = [...call.world.state.threads.values()]
    .filter((thread) => !thread.archived)
    .filter((thread) => inboxId === undefined || thread.inboxId === inboxId)
    .filter((thread) => contactId === undefined || thread.associatedContactId === contactId)
    .filter((thread) => ticketId === undefined || thread.ticketId === ticketId)
    .filter((thread) => status === undefined || thread.status === status)
    .filter((thread) => latestAfter === undefined || (latestMessageAt(thread) ?? 0) > latestAfter)
    .toSorted((a, b) => key(a) - key(b))
  return ok(
    pageOf(
      found.map((thread) => threadView(thread, association === 'TICKET')),
      page
    )
  )
}

/** Closing what is closed changes nothing. Restoring archived threads is not emulated. */
export const patchThread = async (call: Call): Promise<Answer> => {
  query(call).end()
  const thread = threadIn(call)
  const fields = await readJson(call)
  const status = fields.required('status', oneOf('OPEN', 'CLOSED'))
  fields.end()
  setStatus(call.world, thread, status, appDoer(call.world))
  return ok(threadView(thread, false))
}

export const deleteThread = async (call: Call): Promise<Answer> => {
  query(call).end()
  archiveThread(call.world, threadIn(call), appDoer(call.world))
  return noContent
}

/** The specification says PUT and an actor id, a guide POST and an e-mail [?]; here it is the specification. */
export const putAssignee = async (call: Call): Promise<Answer> => {
  const { world } = call
  query(call).end()
  const thread = threadIn(call)
  const fields = await readJson(call)
  const actorId = fields.required('actorId', filledText)
  fields.end()
  const isUser = actorId.startsWith('A-') && world.state.users.has(Number(actorId.slice(2)))
  if (!isUser) throw wrong('must be the actor id of an agent', 'actorId')
  assignThread(world, thread, actorId, appDoer(world))
  return ok(threadView(thread, false))
}

export const deleteAssignee = async (call: Call): Promise<Answer> => {
  query(call).end()
  assignThread(call.world, threadIn(call), undefined, appDoer(call.world))
  return noContent
}
