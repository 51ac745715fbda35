import type { Conversation, Message, Operator, StoredFile } from './entities'
import { brandOf, departmentOf, operatorOf, type State } from './state'
import { fullStatus, shortStatus, statusLabel } from './status-views'
import { epoch, epochIfAny, given, type View } from './view'

/** SalesIQ calls nameless visitors after their number [I]. */
export const visitorNames = ({ visitor, referenceId }: Conversation): { name: string; first: string; last: string } => {
  const name = visitor.name ?? `Visitor ${referenceId}`
  const [first = '', ...rest] = name.split(' ')
  return { name, first, last: rest.join(' ') }
}

const supportedOperations = ['bot_chat', 'file_share', 'edit_message', 'delete_message', 'reply_message', 'block_ip']

/** `ip` is where the call came from, which is a server and not the visitor. */
const callerIp = '203.0.113.7'

/** The e-mail as it was given; only webhooks have it in lower case. */
const openedVisitor = (conversation: Conversation): View => {
  const { name, first, last } = visitorNames(conversation)
  const { id, userId, email, countryCode } = conversation.visitor
  return given({
    id,
    user_id: userId,
    name,
    first_name: first,
    last_name: last,
    email,
    ip: callerIp,
    country_code: countryCode ?? 'US',
    salutation: '',
    supported_operations: supportedOperations,
  })
}

const departmentView = (state: State, conversation: Conversation): View => {
  const { id, name } = departmentOf(state, conversation.departmentId)
  return { id, name }
}

/** What the visitor API answers about a conversation. */
export const openedView = (state: State, conversation: Conversation, autoAssign: boolean): View => ({
  conversation_id: conversation.id,
  id: conversation.hexId,
  chat_id: conversation.chatId,
  wms_chat_id: conversation.wmsChatId,
  reference_id: conversation.referenceId,
  department: departmentView(state, conversation),
  visitor: openedVisitor(conversation),
  auto_assign: autoAssign,
  chat_status: shortStatus(conversation),
  question: conversation.question,
  type: 'chat',
  start_time: epoch(conversation.openedAt),
  last_modified_time: epoch(conversation.changedAt),
})

const operatorView = ({ id, name, email }: Operator): View => ({
  id,
  name,
  email,
  is_bot: false,
  image_key: `0_${id}`,
  call_enabled: true,
})

/** Visitors' sender ids begin with `$`, operators' are their ids. */
export const senderView = (
  state: State,
  conversation: Conversation,
  message: Message
): { id: string; name: string } => {
  if (message.operatorId !== undefined) {
    const { id, name } = operatorOf(state, message.operatorId)
    return { id, name }
  }
  return { id: `$${conversation.visitor.id}`, name: visitorNames(conversation).name }
}

/** The members the v1 transcript had; that the v2 one has them in `meta` is inferred. */
const fileMeta = ({ name, contentType, bytes, url }: StoredFile): View => ({
  fName: name,
  content: contentType,
  size: bytes.byteLength,
  url,
})

/** https://www.zoho.com/salesiq/help/developer-section/get-chat-transcripts-conversation-v2.html */
export const transcriptItem = (
  state: State,
  conversation: Conversation,
  message: Message,
  hideFile: boolean
): View => ({
  sequence_id: String(conversation.messages.indexOf(message) + 1),
  sender: senderView(state, conversation, message),
  type: message.file ? 'attachment' : 'text',
  message: { text: message.text ?? '' },
  time: message.id,
  meta: message.file && !hideFile ? fileMeta(message.file) : {},
  last_message_time: '-1',
  id: `${message.id}_${conversation.referenceId}`,
})

const lastMessage = (state: State, conversation: Conversation): View | undefined => {
  const message = conversation.messages.at(-1)
  if (!message) return undefined
  const { sequence_id, sender, type, message: content, time } = transcriptItem(state, conversation, message, true)
  return { sequence_id, sender, type, message: content, time }
}

const visitorView = (conversation: Conversation): View => {
  const { id, email, phone, countryCode } = conversation.visitor
  return given({
    id,
    name: visitorNames(conversation).name,
    email,
    phone,
    country_code: countryCode ?? 'US',
    type: 'lead',
    supported_operations: supportedOperations,
    ip: callerIp,
  })
}

/** https://www.zoho.com/salesiq/help/developer-section/get-conversation-details-v2.html */
export const conversationView = (state: State, conversation: Conversation): View => {
  const operator = conversation.operatorId === undefined ? undefined : operatorOf(state, conversation.operatorId)
  return given({
    reference_id: conversation.referenceId,
    owner: operator && operatorView(operator),
    chat_id: conversation.chatId,
    attender: operator && operatorView(operator),
    type: 'chat',
    supervisors: [],
    participants: conversation.operatorIds.map((id) => operatorView(operatorOf(state, id))),
    unread_chats: false,
    chat_status: fullStatus(conversation),
    status: statusLabel(conversation),
    question: conversation.question,
    notes: conversation.notes.length > 0,
    app_id: conversation.appId,
    app_name: brandOf(state, conversation.appId).name,
    department: departmentView(state, conversation),
    visitor: visitorView(conversation),
    start_time: epoch(conversation.openedAt),
    attended_time: epochIfAny(conversation.attendedAt),
    missed_time: epochIfAny(conversation.missedAt),
    end_time: epochIfAny(conversation.endedAt),
    id: conversation.id,
    last_modified_time: epoch(conversation.changedAt),
    last_message_info: lastMessage(state, conversation),
  })
}
