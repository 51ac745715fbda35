import type { Check, ProviderContext } from '@hitl/core'
import { type CheckSheet, defineDoctor } from '@hitl/core/doctor'
import { zohoSalesIqAdapter } from './adapter'
import { createClient, isRefusal } from './client'
import { settings, type ZohoSalesIqConfig } from './config'
import { dataCenters } from './data-centers'
import { lookAtWebhook } from './webhook-registration'

type Sheet = CheckSheet<ZohoSalesIqConfig>

const below = (area: string, { dataCenter, screenName }: ZohoSalesIqConfig) =>
  `${dataCenters[dataCenter].salesIq}${area}/${screenName}`
const rest = (config: ZohoSalesIqConfig, path: string) => `GET ${below('/api/v2', config)}/${path}`

const connection: Sheet = {
  title: 'Data center, client ID, client secret and refresh token',
  calls: ({ dataCenter }) => [`POST ${dataCenters[dataCenter].accounts}/oauth/v2/token`],
  cost: 'uses one of the ten access tokens that Zoho gives per refresh token in ten minutes',
  describe: () => 'Zoho gave an access token',
}

const brand: Sheet = {
  title: 'Screen name, brand and department',
  calls: (config) => [rest(config, `apps/${config.appId}`)],
  mayCall: (config) => [rest(config, 'departments')],
  after: ['connection'],
  describe: ({ brand, department }) =>
    [brand ? `brand "${brand}"` : 'the brand exists', ...(department ? [`department "${department}"`] : [])].join(', '),
}

const visitorSide: Sheet = {
  title: 'ORG client',
  calls: (config) => [`POST ${below('/api/visitor/v1', config)}/conversations/0/messages`],
  after: ['connection'],
  cost: 'asks to write into a conversation that does not exist, which changes nothing',
  describe: () => 'the connection may speak for visitors',
}

const webhook: Sheet = {
  title: 'Webhook',
  calls: (config) => (config.webhookPublicKey ? [] : [rest(config, 'webhooks')]),
  after: ['connection', 'brand'],
  namesAddress: true,
  describe: ({ found }) => {
    if (found === 'by hand') return 'made by hand, by the settings: registration would make none'
    if (found === 'usable') return 'there already'
    return found ? 'registration would mend the one that is there' : 'registration would make it'
  },
  mayLack: isRefusal,
}

const publicKey: Sheet = {
  title: 'Webhook public key',
  calls: () => [],
  describe: () => 'none is needed, or it is one',
}

function looksOf({ http, credential, config, webhookUrl }: ProviderContext<ZohoSalesIqConfig>): readonly Check[] {
  const client = createClient(http, credential, config)
  const look = async () =>
    config.webhookPublicKey ? { found: 'by hand' } : { found: await lookAtWebhook({ client, config, webhookUrl }) }
  return [{ name: 'webhook', run: look }]
}

/** What `npm run doctor` knows of Zoho SalesIQ; no part of the bundle. */
export const doctor = defineDoctor({
  adapter: zohoSalesIqAdapter,
  settingNames: Object.keys(settings.shape),
  connection: { check: 'connection', isPasted: ({ refreshToken }) => Boolean(refreshToken) },
  looks: looksOf,
  sheets: { publicKey, connection, brand, visitorSide, webhook },
})
