import type { ProviderServices } from '../../provider'
import type { Conversation } from './entities'
import type { ZohoSettings } from './settings'
import { findConversation, type State } from './state'
import type { Webhooks } from './webhooks'

/** What every part of this emulator works on. `state` is replaced on reset, so read it through the world. */
export type World = {
  readonly services: ProviderServices
  readonly webhooks: Webhooks
  settings: ZohoSettings
  state: State
}

/** For the controls, which take either id and whose mistakes are the test's own. */
export const conversationFor = (world: World, id: string): Conversation => {
  const conversation = findConversation(world.state, id, { hex: true })
  if (!conversation) throw new Error(`SalesIQ has no conversation ${id}`)
  return conversation
}
