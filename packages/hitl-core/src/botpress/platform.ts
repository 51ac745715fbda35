import type { Deadline } from '../http/deadline'
import type { BotpressPort } from './port'

/** The installation a journey step works for, as core's own helpers take it. Adapters hand it on and never look inside. */
export type Platform = {
  client: BotpressPort
  integrationId: string
  /** When the journey step has to be done. */
  deadline: Deadline
}
