import { grantCode } from './accounts'
import { dataCenters } from './data-centers'
import type { World } from './world'

/** An administrator agrees, or does not. */
export type Consent = 'agree' | 'decline'

const required = (query: URLSearchParams, name: string): string => {
  const value = query.get(name)
  if (!value) throw new Error(`Zoho's page of consent: ${name} is missing`)
  return value
}

/**
 * Somebody opens the page that asks for access, as an administrator. Returns the address at which the browser ends up.
 * Throws where Zoho would show an error page. Source: rest-api-prerequisite-v2.html; that the organization's page refuses
 * clients of other kinds is not emulated.
 */
export const consentTo = (world: World, address: string, consent: Consent): string => {
  const { client, dataCenter } = world.state.account
  const { accounts } = dataCenters[dataCenter]
  const url = new URL(address)
  if (url.protocol !== 'https:' || url.host !== accounts) throw new Error('The client id does not exist')
  if (url.pathname !== '/oauth/v2/org/auth') throw new Error(`Zoho has no page ${url.pathname}`)
  const query = url.searchParams
  if (required(query, 'client_id') !== client.id) throw new Error('The client id does not exist')
  if (required(query, 'response_type') !== 'code') throw new Error('response_type has to be code')
  // The default gives no refresh token, which nobody here wants.
  if (required(query, 'access_type') !== 'offline') throw new Error('access_type has to be offline')
  const redirectUri = required(query, 'redirect_uri')
  if (!client.redirectUris.includes(redirectUri)) throw new Error('Invalid redirect URI')
  const scopes = required(query, 'scope').split(',')
  const unknown = scopes.find((scope) => !/^SalesIQ\.[a-z]+\.(CREATE|READ|UPDATE|DELETE|ALL)$/i.test(scope))
  if (unknown !== undefined) throw new Error(`Scope does not exist: ${unknown}`)
  const end = new URL(redirectUri)
  const state = query.get('state')
  const answer =
    consent === 'decline'
      ? { error: 'access_denied' }
      : {
          code: grantCode(world, scopes, { redirectUri, scopes }),
          location: dataCenter,
          'accounts-server': `https://${accounts}`,
        }
  for (const [name, value] of Object.entries({ ...(state ? { state } : {}), ...answer })) {
    end.searchParams.set(name, value)
  }
  return end.href
}
