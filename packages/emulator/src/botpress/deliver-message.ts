import type { DeliveryError } from './end-user'
import { errorText, type Installation } from './installation'
import type { ConversationRow, MessageRow } from './model'
import type { Store } from './store'
import { conversationToWire, messageToWire, userToWire } from './wire'

/**
 * `message_created` with whole objects. Cloud does not repeat a failed one, since SDK 5.4.3 answers all with 400. Resolves
 * to the error of the integration, if it answered with one.
 */
export async function deliverMessage(
  store: Store,
  installation: Installation,
  conversation: ConversationRow,
  message: MessageRow
): Promise<DeliveryError | undefined> {
  const { id: messageId, type, payload } = message
  const caller = installation.caller
  const user = store.users.get(message.userId)
  const result = await installation.invoke('message_created', {
    type,
    payload,
    conversation: conversationToWire(conversation, caller),
    message: messageToWire(message, caller),
    user: user ? userToWire(user, caller) : { id: message.userId, tags: {} },
  })
  if (result.status === 200) return undefined
  return { messageId, at: store.clock.now(), status: result.status, message: errorText(result), type, payload }
}
