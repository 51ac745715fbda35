import type { ProviderServices } from '../../provider'
import type { Thread } from './thread-entities'
import type { EventBatches } from './event-batches'
import type { HubSpotSettings } from './settings'
import type { State } from './state'
import type { Webhooks } from './webhooks'

/** What every part of this emulator works on. `state` is replaced on reset, so read it through the world. */
export type World = {
  readonly services: ProviderServices
  readonly webhooks: Webhooks
  readonly appEvents: EventBatches
  settings: HubSpotSettings
  state: State
}

/** For the controls, whose mistakes are the test's own. */
export const threadFor = (world: World, id: string): Thread => {
  const thread = world.state.threads.get(id)
  if (!thread) throw new Error(`HubSpot has no thread ${id}`)
  return thread
}
