import type { Check, ProviderContext } from '@hitl/core'
import { type CheckSheet, defineDoctor } from '@hitl/core/doctor'
import { hubspotAdapter } from './adapter'
import { isSame, missingIn, readSubscriptions, readTarget } from './app-webhook'
import { findChannel } from './channel'
import { createClient, isMoving, isRefusal } from './client'
import { type HubSpotConfig, settings } from './config'

const HOST = 'api.hubapi.com'
const CHANNELS = `GET ${HOST}/conversations/v3/custom-channels`
const INBOXES = `GET ${HOST}/conversations/v3/conversations/inboxes`

const proofs: Readonly<Record<string, CheckSheet<HubSpotConfig>>> = {
  connection: {
    title: 'Client ID, client secret, refresh token, app and scopes',
    calls: () => [`POST ${HOST}/oauth/2026-03/token`, `POST ${HOST}/oauth/2026-03/token/introspect`],
    mayCall: () => [`POST ${HOST}/oauth/2026-03/token/introspect`],
    cost: 'renews the connection, after which HubSpot may end the refresh token of the file and give another one',
    describe: ({ portalId, appId }) => `account ${portalId}${appId ? `, app ${appId}` : ''}`,
  },
  developerKey: {
    title: 'Developer API key',
    calls: () => [CHANNELS],
    describe: () => 'may list the channels of the app',
  },
  inbox: {
    title: 'Help Desk or inbox',
    calls: ({ helpDeskId }) => [`${INBOXES}/${helpDeskId}`],
    mayCall: () => [INBOXES],
    after: ['connection'],
    describe: ({ inbox }) => (inbox ? `"${inbox}"` : 'exists'),
  },
}

const looks: Readonly<Record<string, CheckSheet<HubSpotConfig>>> = {
  channel: {
    title: 'Channel of the bot',
    calls: () => [CHANNELS],
    after: ['developerKey'],
    namesAddress: true,
    describe: ({ channelId }) => (channelId ? `there already (${channelId})` : 'registration would make it'),
  },
  appWebhook: {
    title: 'Webhooks of the app',
    calls: ({ appId }) => [`GET ${HOST}/webhooks/v3/${appId}/settings`],
    mayCall: ({ appId }) => [`GET ${HOST}/webhooks/v3/${appId}/subscriptions`],
    after: ['developerKey'],
    namesAddress: true,
    describe: ({ target, missing }) => {
      if (target === 'another') return 'they go to another address: registration would tell what to change by hand'
      if (target === 'none') return 'registration would enter the address and the subscriptions'
      return missing ? `registration would make or switch on: ${missing}` : 'all there'
    },
    mayLack: (error) => isRefusal(error) && !isMoving(error),
  },
}

async function lookAtAppWebhook(tools: Parameters<typeof readTarget>[0]) {
  const target = await readTarget(tools)
  if (target === undefined) return { target: 'none' }
  if (!isSame(target, tools.webhookUrl)) return { target: 'another' }
  return { target: 'ours', missing: missingIn(await readSubscriptions(tools)).join(', ') || undefined }
}

function looksOf({ http, credential, config, webhookUrl }: ProviderContext<HubSpotConfig>): readonly Check[] {
  const tools = { client: createClient(http, credential, config), config, webhookUrl }
  return [
    { name: 'channel', run: async () => ({ channelId: (await findChannel(tools))?.id }) },
    { name: 'appWebhook', run: () => lookAtAppWebhook(tools) },
  ]
}

/** What `npm run doctor` knows of HubSpot; no part of the bundle. */
export const doctor = defineDoctor({
  adapter: hubspotAdapter,
  settingNames: Object.keys(settings.shape),
  connection: { check: 'connection', isPasted: ({ refreshToken }) => Boolean(refreshToken) },
  looks: looksOf,
  sheets: { ...proofs, ...looks },
})
