import { asId } from './schemas'
import type { DeliveryIdentifier } from './identity'

/** One thread of HubSpot's conversations, and what a message to it has to say. */
export type HubSpotThread = {
  /** `conversationsThreadId`: what app webhooks call `objectId`. */
  id: string
  /** The downstream conversation: what HubSpot calls the integration's thread id. */
  sessionId: string
  /** Account of HubSpot (`hub_id`, `portalId`): an app may be installed in several. */
  portalId: string
  channelId: string
  accountId: string
  inboxId: string
  /** Who speaks. */
  sender: { name?: string; deliveryIdentifier: DeliveryIdentifier }
  contactId?: number
}

/** Accounts are numbered. Undefined for what cannot be one. */
export function asPortalId(given: unknown): string | undefined {
  const id = asId(given)
  return id && /^\d+$/.test(id) ? id : undefined
}

export const toThreadKey = ({ portalId, id }: Pick<HubSpotThread, 'portalId' | 'id'>) => `${portalId}/${id}`
