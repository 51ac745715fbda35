import type { Trust } from './trust'

/** One SalesIQ conversation, and what was known about its webhook when it was opened. */
export type ZohoSalesIqThread = Trust & {
  /** Numeric id: what webhooks call `entity_id`. */
  id: string
  /** The other id of the same conversation, which the visitor side's documentation uses. */
  hexId?: string
  appId: string
}

export const toThreadKey = ({ id }: ZohoSalesIqThread) => id
