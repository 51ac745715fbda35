import { pathId, query, readJson, readNothing, type Answer, type Call } from './call'
import { endConversation, say } from './conversations'
import type { Conversation } from './entities'
import { refuse } from './errors'
import { digitsBetween, filledText, id } from './fields'
import { conversationOf, departmentOf, operatorOf, requireOpen } from './state'
import { acceptTransfer, startTransfer } from './transfer'
import { conversationView, transcriptItem } from './views'
import { readMessage } from './visitor-api'

/** Only the numeric id is documented here. */
const conversationIn = (call: Call): Conversation => conversationOf(call.world.state, pathId(call), { hex: false })

const answer = (call: Call, conversation: Conversation): Answer => ({
  object: 'conversations',
  data: conversationView(call.world.state, conversation),
})

export const getConversation = async (call: Call): Promise<Answer> => answer(call, conversationIn(call))

/** https://www.zoho.com/salesiq/help/developer-section/close-chat-v2.html */
export const closeAsOperator = async (call: Call): Promise<Answer> => {
  const conversation = conversationIn(call)
  await readNothing(call)
  requireOpen(conversation)
  endConversation(call.world, conversation, 'agent')
  return answer(call, conversation)
}

/** An org token stands for no operator, so the one who answers speaks [I]. */
export const postOperatorMessage = async (call: Call): Promise<Answer> => {
  const { world } = call
  const conversation = conversationIn(call)
  const said = await readMessage(call)
  requireOpen(conversation)
  const { operatorId } = conversation
  if (operatorId === undefined) throw refuse('NO_OPERATOR', 'Nobody has picked up this conversation')
  const message = say(world, conversation, { by: 'operator', operatorId }, said)
  return { object: 'messages', data: transcriptItem(world.state, conversation, message, false) }
}

/**
 * The page says `notes` and its sample `note`, so both pass. A named operator accepts at once [I]; a department alone is
 * asked, until one of its operators accepts. https://www.zoho.com/salesiq/help/developer-section/rest-api-transfer-chat-v2.html
 */
export const putTransfer = async (call: Call): Promise<Answer> => {
  const { world } = call
  const conversation = conversationIn(call)
  const fields = await readJson(call)
  const toDepartmentId = fields.required('department_id', id)
  const toOperatorId = fields.optional('operator_id', id)
  const [singular, plural] = ['note', 'notes'].map((name) => fields.optional(name, filledText))
  const note = singular ?? plural
  fields.end()
  departmentOf(world.state, toDepartmentId)
  if (toOperatorId !== undefined) operatorOf(world.state, toOperatorId)
  requireOpen(conversation)
  startTransfer(world, conversation, {
    toDepartmentId,
    ...(toOperatorId === undefined ? {} : { toOperatorId }),
    ...(conversation.operatorId === undefined ? {} : { fromOperatorId: conversation.operatorId }),
    ...(note === undefined ? {} : { note }),
  })
  if (toOperatorId !== undefined) acceptTransfer(world, conversation, toOperatorId)
  return answer(call, conversation)
}

/** Oldest first from `from_time` on; with `to_time` alone the newest first, as the documentation has it. */
export const getTranscript = async (call: Call): Promise<Answer> => {
  const { world } = call
  const conversation = conversationIn(call)
  const fields = query(call)
  const limit = fields.optional('limit', digitsBetween(1)) ?? 20
  const from = fields.optional('from_time', digitsBetween(0))
  const to = fields.optional('to_time', digitsBetween(0))
  fields.end()
  const inRange = conversation.messages.filter(({ at }) => at >= (from ?? 0) && at <= (to ?? Number.MAX_SAFE_INTEGER))
  const ordered = from === undefined && to !== undefined ? inRange.toReversed() : inRange
  const hidesFiles = world.settings.agentFiles === 'nowhere'
  const data = ordered
    .slice(0, limit)
    .map((message) => transcriptItem(world.state, conversation, message, hidesFiles && message.by === 'operator'))
  return { object: 'list', data }
}
