import { browserConnection, ConfigurationError } from '@hitl/core'
import type { ZohoSalesIqConfig } from './config'
import { type DataCenter, dataCenters } from './data-centers'
import { boundTo, exchange, tokenSourceOptions } from './tokens'

const provider = 'Zoho SalesIQ'

const SCOPES = [
  'SalesIQ.conversations.ALL',
  'SalesIQ.apps.READ',
  'SalesIQ.departments.READ',
  'SalesIQ.webhooks.CREATE',
  'SalesIQ.webhooks.READ',
  'SalesIQ.webhooks.UPDATE',
  'SalesIQ.webhooks.DELETE',
]

/** Without `access_type` and `prompt` Zoho gives no refresh token. Source: rest-api-prerequisite-v2.html. */
export const connection = browserConnection<ZohoSalesIqConfig>({
  authorization: ({ dataCenter }) => ({
    url: `https://${dataCenters[dataCenter].accounts}/oauth/v2/org/auth`,
    query: { response_type: 'code', scope: SCOPES.join(','), access_type: 'offline', prompt: 'consent' },
  }),
  clientId: ({ clientId }) => clientId,
  clientSecret: ({ clientSecret }) => clientSecret,
  // A refresh token that was entered meanwhile is told of; it makes the state no other one.
  boundTo: (config) => boundTo({ ...config, refreshToken: '' }),
  isPasted: ({ refreshToken }) => Boolean(refreshToken),
  settingsFor,
  tokens: tokenSourceOptions,
  exchange,
})

/** The code counts at the server that Zoho names, if it is one of Zoho's: nobody else gets code and client secret. */
function settingsFor(config: ZohoSalesIqConfig, query: URLSearchParams) {
  const server = query.get('accounts-server')
  if (!server) return { config }
  const dataCenter = dataCenterOf(server)
  if (!dataCenter) {
    const message = 'Zoho names an accounts server that is none of the known ones. The code was not sent to it.'
    throw new ConfigurationError('dataCenter', message, { provider })
  }
  if (dataCenter === config.dataCenter) return { config }
  const remark =
    `This Zoho account lives in the data center "${dataCenter}", and the connection was made there. Set "dataCenter" to ` +
    `"${dataCenter}" in the settings and save.`
  return { config: { ...config, dataCenter }, remark }
}

const isDataCenter = (name: string): name is DataCenter => Object.hasOwn(dataCenters, name)

const dataCenterOf = (server: string): DataCenter | undefined =>
  Object.keys(dataCenters)
    .filter(isDataCenter)
    .find((name) => server.replace(/\/$/, '') === `https://${dataCenters[name].accounts}`)

/** @param what sentence that says why there is no connection */
export function notConnected(config: ZohoSalesIqConfig, webhookUrl: string, what: string): ConfigurationError {
  const message =
    `${what} Enter ${webhookUrl}/oauth as redirect address of the client in the API Console, then open this address ` +
    `within an hour, as an administrator of SalesIQ: ${connection.address(config, webhookUrl, Date.now())}`
  return new ConfigurationError('refreshToken', message, { provider })
}
