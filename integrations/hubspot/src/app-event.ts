import type { ProviderEvent } from '@hitl/core'
import { toAgentId } from './agent'
import { type AppEvent, asId, asText } from './schemas'
import { asPortalId, toThreadKey } from './thread'

const ignored = (why: string): ProviderEvent => ({ type: 'ignored', why })

/**
 * What happened to a thread, ours or not. Undefined when it is no event at all.
 * Source: developers.hubspot.com/docs/api-reference/webhooks-webhooks-v3/guide, `conversation.*`.
 */
export function readAppEvent(event: AppEvent): ProviderEvent | undefined {
  const type = asText(event.subscriptionType) ?? asText(event.eventType)
  const id = asId(event.objectId)
  const portalId = asPortalId(event.portalId)
  if (!type || !id || !portalId) return undefined
  const { occurredAt } = event
  const at = typeof occurredAt === 'number' && Number.isFinite(occurredAt) ? { at: occurredAt } : {}
  const threadKey = toThreadKey({ id, portalId })
  if (type === 'conversation.deletion' || type === 'conversation.privacyDeletion') {
    return { type: 'threadClosed', threadKey, reason: 'resolved', ...at }
  }
  if (type !== 'conversation.propertyChange') return ignored('its type is none that we need')
  const value = asId(event.propertyValue) ?? ''
  switch (event.propertyName) {
    case 'assignedTo': {
      const agentId = toAgentId(value)
      if (agentId) return { type: 'agentAssigned', threadKey, agent: { id: agentId }, ...at }
      return ignored(value ? 'no human agent is assigned' : 'nobody is assigned any more')
    }
    case 'status':
      return value === 'CLOSED'
        ? { type: 'threadClosed', threadKey, reason: 'resolved', ...at }
        : ignored('the thread is open')
    default:
      return ignored('its property is none that we need')
  }
}
