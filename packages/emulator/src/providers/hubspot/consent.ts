import type { HubSpotSeed } from './seed'
import { grantCode } from './tokens'
import type { World } from './world'

/** An administrator agrees, or does not. */
export type Consent = 'agree' | 'decline'

const required = (query: URLSearchParams, name: string): string => {
  const value = query.get(name)
  if (!value) throw new Error(`HubSpot's page of consent: ${name} is missing`)
  return value
}

/**
 * Somebody opens the page that asks for access, as an administrator of the portal. Returns the address at which the browser
 * ends up. Throws where HubSpot would show an error page. Source: manage-oauth-tokens; `state` and errors as its guide
 * names them.
 */
export const consentTo = (world: World, { scopes: ofApp }: HubSpotSeed, address: string, consent: Consent): string => {
  const { app } = world.state
  const url = new URL(address)
  if (`${url.origin}${url.pathname}` !== 'https://app.hubspot.com/oauth/authorize') {
    throw new Error(`HubSpot asks for no consent at ${url.origin}${url.pathname}`)
  }
  const query = url.searchParams
  if (required(query, 'client_id') !== app.clientId) throw new Error('There is no app with this client ID')
  const redirectUri = required(query, 'redirect_uri')
  if (!app.redirectUris.includes(redirectUri)) throw new Error('The redirect URL is not one of the app')
  const scopes = required(query, 'scope').split(' ')
  const lacking = scopes.find((scope) => !ofApp.includes(scope))
  if (lacking !== undefined) throw new Error(`The app does not have the scope ${lacking}`)
  const end = new URL(redirectUri)
  const state = query.get('state')
  const answer =
    consent === 'decline'
      ? { error: 'access_denied', error_description: 'The user denied access' }
      : { code: grantCode(world, scopes, { redirectUri }) }
  for (const [name, value] of Object.entries({ ...answer, ...(state ? { state } : {}) })) {
    end.searchParams.set(name, value)
  }
  return end.href
}
