import { attachmentList } from './attachments'
import { created, ok, pathPart, query, readJson, type Answer, type Call } from './call'
import type { Comment, Thread, ThreadItem } from './thread-entities'
import { invalid, notEmulated, notFound } from './errors'
import { filledText, oneOf, text, type Fields } from './fields'
import { itemView } from './message-views'
import { pageOf, readPage } from './paging'
import { threadIn } from './threads-api'
import { addComment, appDoer, newItem } from './threads'
import { given } from './view'

export const listThreadMessages = async (call: Call): Promise<Answer> => {
  const fields = query(call)
  const page = readPage(fields, { limit: 100, most: 500 })
  const sort = fields.optional('sort', oneOf('createdAt', '-createdAt'))
  fields.optional('property', text)
  fields.end()
  const thread = threadIn(call)
  const items = thread.items.map((item) => itemView(call.world, thread.id, item))
  return ok(pageOf(sort === '-createdAt' ? items.toReversed() : items, page))
}

const itemIn = (call: Call, thread: Thread): ThreadItem => {
  const item = thread.items.find(({ id }) => id === pathPart(call, 'messageId'))
  if (!item) throw notFound('Message not found')
  return item
}

export const getThreadMessage = async (call: Call): Promise<Answer> => {
  query(call).end()
  const thread = threadIn(call)
  return ok(itemView(call.world, thread.id, itemIn(call, thread)))
}

/** The whole text. Which members the answer has is inferred. */
export const getOriginalContent = async (call: Call): Promise<Answer> => {
  query(call).end()
  const item = itemIn(call, threadIn(call))
  if (item.type !== 'MESSAGE') throw notFound('Message not found')
  return ok(given({ text: item.text, richText: item.richText }))
}

/** Sending as an agent is not emulated; what visitors get is what HubSpot answers them. */
const refuseMessage = (fields: Fields): Error => {
  const actorId = fields.required('senderActorId', filledText)
  if (!actorId.startsWith('V-')) return notEmulated('sending as an agent is not emulated: use agent(userId).reply')
  return invalid('Actor type VISITOR is not supported for sending', {
    subCategory: 'ConversationsApiError.UNSUPPORTED_ACTOR_TYPE',
  })
}

/** An internal note, seen by agents only. */
export const postThreadMessage = async (call: Call): Promise<Answer> => {
  const { world } = call
  query(call).end()
  const thread = threadIn(call)
  const fields = await readJson(call)
  if (fields.required('type', oneOf('COMMENT', 'MESSAGE')) === 'MESSAGE') throw refuseMessage(fields)
  const said = fields.required('text', filledText)
  const richText = fields.optional('richText', text)
  const attachments = fields.optional('attachments', attachmentList(world)) ?? []
  fields.end()
  const comment: Comment = {
    ...newItem(world, appDoer(world)),
    type: 'COMMENT',
    text: said,
    ...(richText === undefined ? {} : { richText }),
    attachments,
  }
  addComment(world, thread, comment)
  return created(itemView(world, thread.id, comment))
}
