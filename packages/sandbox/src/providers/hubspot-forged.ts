import { defaultSeed } from '@hitl/emulator/hubspot'
import type { ForgedWebhook } from '../desk'
import { hubspotAgents } from './hubspot-chats'

const FOREIGN = '99000000001'

export function forgedBody({ event, thread, text = 'Hello' }: ForgedWebhook): {
  kind: 'channel' | 'app'
  body: unknown
} {
  const [anna] = hubspotAgents()
  const { portalId, app } = defaultSeed
  const threadId = thread?.key ?? FOREIGN
  const happening = {
    objectId: Number(threadId),
    subscriptionType: 'conversation.propertyChange',
    changeSource: 'USER',
    eventId: 1,
    subscriptionId: 1,
    portalId,
    appId: Number(app.id),
    occurredAt: Date.now(),
    attemptNumber: 0,
  }
  switch (event) {
    case 'message': {
      const message = {
        id: `forged-${text.replace(/\W+/g, '-')}`,
        type: 'MESSAGE',
        conversationsThreadId: threadId,
        createdAt: new Date().toISOString(),
        createdBy: anna.id,
        text,
        direction: 'OUTGOING',
        senders: [{ actorId: anna.id, name: anna.name }],
        recipients: [],
        attachments: [],
        truncationStatus: 'NOT_TRUNCATED',
        status: { statusType: 'SENT' },
      }
      const body = {
        type: 'OUTGOING_CHANNEL_MESSAGE_CREATED',
        portalId: String(portalId),
        eventId: message.id,
        message,
      }
      return { kind: 'channel', body }
    }
    case 'assigned':
      return { kind: 'app', body: [{ ...happening, propertyName: 'assignedTo', propertyValue: anna.id }] }
    case 'closed':
      return { kind: 'app', body: [{ ...happening, propertyName: 'status', propertyValue: 'CLOSED' }] }
    default:
      return event satisfies never
  }
}
