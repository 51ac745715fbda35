import type { Context } from 'hono'
import { HubSpotError, invalid, OauthError } from './errors'
import type { World } from './world'

export type Form = ReadonlyMap<string, string>

export const mediaType = (c: Context): string =>
  (c.req.header('content-type') ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? ''

/** Parameters belong into the body; a query is refused so that nobody puts a secret there. */
export const readForm = async (c: Context): Promise<Form> => {
  if (mediaType(c) !== 'application/x-www-form-urlencoded') {
    throw new HubSpotError(415, 'UNSUPPORTED_MEDIA_TYPE', 'Content-Type must be application/x-www-form-urlencoded')
  }
  if (new URL(c.req.url).search !== '') throw invalid('OAuth parameters must be in the body, not in the query')
  return new Map(new URLSearchParams(await c.req.text()))
}

/** That HubSpot refuses fields it does not know is not documented; here it finds misspelled ones. */
export const allowOnly = (form: Form, names: readonly string[]): void => {
  const odd = [...form.keys()].find((name) => !names.includes(name))
  if (odd !== undefined) throw new OauthError('invalid_request', 'BAD_REQUEST', `unknown parameter ${odd}`)
}

/** Before anything else is looked at. The code for a wrong secret is inferred. */
export const checkClient = ({ state }: World, form: Form): void => {
  if (form.get('client_id') !== state.app.clientId) {
    throw new OauthError('invalid_request', 'BAD_CLIENT_ID', 'missing or invalid client id')
  }
  if (form.get('client_secret') !== state.app.clientSecret) {
    throw new OauthError('invalid_client', 'BAD_CLIENT_SECRET', 'missing or invalid client secret')
  }
}
