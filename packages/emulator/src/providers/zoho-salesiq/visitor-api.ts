import { isMultipart, pathId, readFileMessage, readJson, readNothing, type Answer, type Call } from './call'
import { assignAtOnce, endConversation, openConversation, say, type Opening } from './conversations'
import type { Conversation, PastMessage } from './entities'
import { invalid, refuse } from './errors'
import { Fields, filledText, id, listOf, nested, numberBetween, oneOf, text, textRecord } from './fields'
import { brandOf, conversationOf, departmentOf, requireOpen } from './state'
import { shortStatus } from './status-views'
import { openedView } from './views'
import type { World } from './world'

/** Browser-like facts shown to operators; only the country is given back. */
const visitorMetadata = [
  'avuid',
  'cvuid',
  'platform',
  'current_page',
  'page_title',
  'local_time_zone',
  'screen',
  'referrer',
] as const

const readVisitor = (fields: Fields): Opening['visitor'] => {
  for (const name of visitorMetadata) fields.optional(name, text)
  const [name, email, phone] = ['name', 'email', 'phone'].map((field) => fields.optional(field, text))
  const countryCode = fields.optional('country_code', text)
  return {
    userId: fields.required('user_id', filledText),
    ...(name === undefined ? {} : { name }),
    ...(email === undefined ? {} : { email }),
    ...(phone === undefined ? {} : { phone }),
    ...(countryCode === undefined ? {} : { countryCode }),
  }
}

const readPastMessage = (fields: Fields): PastMessage => ({
  sender_type: fields.required('sender_type', oneOf('visitor', 'bot')),
  sender_name: fields.required('sender_name', text),
  time: fields.required('time', numberBetween(0, Number.MAX_SAFE_INTEGER)),
  text: fields.required('text', filledText),
})

const readPastMessages = (world: World, fields: Fields): PastMessage[] | undefined => {
  const messages = fields.optional('past_messages', listOf(nested))?.map(readPastMessage)
  if (messages && world.settings.pastMessages === 'refused') {
    throw invalid("'past_messages' is refused", { json_key: 'past_messages' })
  }
  const early = messages?.findIndex(({ time }, index) => time < (messages[index - 1]?.time ?? 0)) ?? -1
  if (early >= 0) {
    const path = `past_messages[${early}].time`
    throw invalid(`'${path}' is earlier than the message before`, { json_key: path })
  }
  return messages
}

/** https://www.zoho.com/salesiq/help/developer-section/open-conversation-v1.html */
const readOpening = (world: World, fields: Fields): Opening => {
  const appId = fields.required('app_id', id)
  const departmentId = fields.required('department_id', id)
  const question = fields.required('question', filledText)
  const visitor = readVisitor(fields.required('visitor', nested))
  const customerInfo = fields.optional('customer_info', textRecord)
  const waitTime = fields.optional('custom_wait_time', numberBetween(0, 999))
  const pastMessages = readPastMessages(world, fields)
  fields.end()
  const brand = brandOf(world.state, appId)
  const department = departmentOf(world.state, departmentId)
  if (!brand.departmentIds.includes(department.id)) throw refuse('NOT_FOUND', 'Department is not of this app')
  return {
    appId,
    departmentId,
    question,
    visitor,
    ...(customerInfo ? { customerInfo } : {}),
    ...(waitTime === undefined ? {} : { waitTime }),
    ...(pastMessages ? { pastMessages } : {}),
  }
}

/** The answer says `waiting` even where somebody was assigned at once, as seen live. */
export const postConversation = async (call: Call): Promise<Answer> => {
  const { world } = call
  const opening = readOpening(world, await readJson(call))
  const conversation = openConversation(world, opening)
  const { autoAssign } = world.settings
  const data = openedView(world.state, conversation, autoAssign !== undefined)
  assignAtOnce(world, conversation)
  return { object: 'conversations', data }
}

/** Both ids work here: the documentation shows the numeric one and older samples the hex one. */
const conversationIn = (call: Call): Conversation => conversationOf(call.world.state, pathId(call), { hex: true })

/** A filled text, or a file with at most a comment. */
export const readMessage = async (call: Call): Promise<Parameters<typeof say>[3]> => {
  if (isMultipart(call)) {
    const { file, comment } = await readFileMessage(call)
    return { file, ...(comment === undefined ? {} : { text: comment }) }
  }
  const fields = await readJson(call)
  const said = { text: fields.required('text', filledText) }
  fields.end()
  return said
}

/** https://www.zoho.com/salesiq/help/developer-section/send-message-visitor-conversation-v2.html */
export const postVisitorMessage = async (call: Call): Promise<Answer> => {
  const conversation = conversationIn(call)
  const said = await readMessage(call)
  requireOpen(conversation)
  say(call.world, conversation, { by: 'visitor' }, said)
  return 'nothing'
}

/** https://www.zoho.com/salesiq/help/developer-section/rest-api-conversation-visitor-close-v2.html */
export const closeAsVisitor = async (call: Call): Promise<Answer> => {
  const { world } = call
  const conversation = conversationIn(call)
  await readNothing(call)
  requireOpen(conversation)
  endConversation(world, conversation, 'visitor')
  const data = {
    ...openedView(world.state, conversation, false),
    end_time: String(conversation.endedAt),
    chat_status: shortStatus(conversation),
  }
  return { object: 'conversations', data }
}
