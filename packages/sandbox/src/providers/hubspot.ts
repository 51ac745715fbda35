import { defaultSeed, hubspot, type HubSpotEmulator } from '@hitl/emulator/hubspot'
import definition from '../../../../integrations/hubspot/integration.definition'
import { unwrapDefault } from '../declared'
import type { StageProvider } from '../stage'

const { app, inboxes, refreshToken } = defaultSeed

/** What must not be printed although it is only the emulated account's. */
export const hubspotSecrets: readonly string[] = [app.developerKey, app.clientSecret, refreshToken]

export const hubspotStage: StageProvider<HubSpotEmulator> = {
  folder: 'hubspot',
  // What HubSpot does with a message for a closed thread is not documented; this way it can be seen to fail.
  emulate: (services) => {
    const provider = hubspot(services)
    provider.configure({ closedThread: 'refuse' })
    return provider
  },
  inEmulatedTime: (provider) => provider.configure({ signatureTime: 'emulated' }),
  definition: unwrapDefault(definition),
  settings: () => ({
    developerApiKey: app.developerKey,
    appId: app.id,
    clientId: app.clientId,
    clientSecret: app.clientSecret,
    refreshToken,
    helpDeskId: inboxes[0]?.id ?? '',
  }),
}
