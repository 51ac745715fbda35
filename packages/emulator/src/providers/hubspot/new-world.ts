import type { ProviderServices } from '../../provider'
import { sendEvents } from './app-events'
import { EventBatches } from './event-batches'
import { defaultSeed } from './seed'
import { defaultSettings } from './settings'
import { State } from './state'
import { Webhooks } from './webhooks'
import type { World } from './world'

/** The parts know each other through the world, so it is made in one piece. */
export const newWorld = (services: ProviderServices): World => {
  const world: World = {
    services,
    settings: { ...defaultSettings },
    state: new State(defaultSeed, services.clock.now()),
    webhooks: new Webhooks(
      services,
      () => world.settings,
      () => world.state
    ),
    appEvents: new EventBatches(
      () => ({ size: world.settings.batchEvents, waitMs: world.settings.batchWaitMs }),
      (delayMs, run) => services.clock.after(delayMs, run),
      (events) => {
        if (world.state.webhookSettings) void sendEvents(world, events)
      }
    ),
  }
  return world
}
