import { browserConnection, ConfigurationError } from '@hitl/core'
import type { HubSpotConfig } from './config'
import { boundTo, exchange, tokenSourceOptions } from './tokens'

/** What the integration cannot do without. */
export const SCOPES = [
  'conversations.read',
  'conversations.write',
  'conversations.custom_channels.read',
  'conversations.custom_channels.write',
]
const ALL_SCOPES = ['oauth', ...SCOPES, 'files', 'crm.objects.contacts.read', 'crm.objects.contacts.write']

/** Source: developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/oauth/manage-oauth-tokens. */
export const connection = browserConnection<HubSpotConfig>({
  authorization: () => ({ url: 'https://app.hubspot.com/oauth/authorize', query: { scope: ALL_SCOPES.join(' ') } }),
  clientId: ({ clientId }) => clientId,
  clientSecret: ({ clientSecret }) => clientSecret,
  // A refresh token that was entered meanwhile is told of; it makes the state no other one.
  boundTo: (config) => boundTo({ ...config, refreshToken: '' }),
  isPasted: ({ refreshToken }) => Boolean(refreshToken),
  tokens: tokenSourceOptions,
  exchange,
})

/** @param what sentence that says why there is no connection */
export function notConnected(config: HubSpotConfig, webhookUrl: string, what: string): ConfigurationError {
  const message =
    `${what} Enter ${webhookUrl}/oauth as redirect URL under Apps > your app > Auth, then open this address within an ` +
    `hour, as an administrator of the account: ${connection.address(config, webhookUrl, Date.now())}`
  return new ConfigurationError('refreshToken', message, { provider: 'HubSpot' })
}
