import {
  type Check,
  ConfigurationError,
  CREDENTIAL_REFUSED,
  type Findings,
  type HttpClient,
  prove,
  ProviderHttpError,
  ReauthorizationRequiredError,
  sleep,
  type Token,
  type TokenSource,
} from '@hitl/core'
import { type HubSpotClient, isRefusal } from './client'
import type { HubSpotConfig } from './config'
import { notConnected, SCOPES } from './connection'
import { proveInbox } from './prove-inbox'
import { CHANNELS } from './publish'
import { asId, id as text, introspection, itemsIn, page } from './schemas'
import { NOT_CONNECTED, refresh, WRONG_CLIENT_ID, WRONG_GRANT } from './tokens'

const provider = 'HubSpot'

export type ProofTools = {
  client: HubSpotClient
  config: HubSpotConfig
  http: HttpClient
  tokens: TokenSource
  webhookUrl: string
}

const wrong = (setting: keyof HubSpotConfig, message: string, cause?: unknown) =>
  new ConfigurationError(setting, message, { provider, cause })

/** They prove every setting, or throw a ConfigurationError naming it. */
export function checksOf(tools: ProofTools): readonly Check[] {
  let isAppProved = false
  const connection = async () => {
    const found = await proveConnection(tools).catch((error: unknown) => {
      throw explainGrant(tools, error)
    })
    isAppProved = found.appId !== undefined
    return found
  }
  return [
    { name: 'connection', run: connection },
    { name: 'developerKey', run: () => proveDeveloperKey(tools, isAppProved) },
    { name: 'inbox', run: () => proveInbox(tools.client, tools.config.helpDeskId) },
  ]
}

/**
 * Proves every setting. Returns the account (portal) the refresh token belongs to.
 * @throws ConfigurationError naming the setting
 */
export async function proveSettings(tools: ProofTools): Promise<string> {
  const { portalId = '' } = await prove(checksOf(tools))
  return portalId
}

async function proveConnection(tools: ProofTools): Promise<Findings> {
  const { config, webhookUrl } = tools
  const told = await introspect(tools, (await renew(tools)).accessToken)
  const portalId = asId(told.hub_id)
  const appId = asId(told.app_id)
  if (appId !== undefined && appId !== config.appId) {
    const message =
      `The setting "appId" is ${config.appId}, but the connection belongs to the app ${appId}. Copy all settings ` +
      'from the same app.'
    throw wrong('appId', message)
  }
  const scopes = itemsIn(text, told.scopes)
  const missing = scopes.length > 0 ? SCOPES.filter((scope) => !scopes.includes(scope)) : []
  if (missing.length > 0 && !config.refreshToken) {
    const what = `The connection lacks the scopes ${missing.join(', ')}: add them to the app.`
    throw notConnected(config, webhookUrl, what)
  }
  if (missing.length > 0) {
    const message =
      `The setting "refreshToken" belongs to a connection that lacks the scopes ${missing.join(', ')}. Get a new ` +
      'one as the set-up guide says under "Without a browser connection", or empty the setting to connect in the browser.'
    throw wrong('refreshToken', message)
  }
  if (portalId !== undefined) return { portalId, appId }
  throw new ProviderHttpError(
    'HubSpot did not tell the ID of the account.',
    { status: 200 },
    { provider, retryable: true }
  )
}

/** Between the looks, in ms. */
const STORING_MS = [0, 300, 900]

/** A renewal proves client ID, client secret and refresh token at once, whatever was said of them before. */
async function renew(tools: ProofTools, isLast = false): Promise<Token> {
  const { http, config, tokens } = tools
  const before = await tokens.stored()
  try {
    const token = await refresh(config, http, before?.refresh)
    await tokens.save(token)
    return token
  } catch (error) {
    if (isLast || !before || !(error instanceof ReauthorizationRequiredError)) throw error
    // A session may have renewed it at the same moment, and be about to store what it got.
    for (const wait of STORING_MS) {
      await sleep(wait)
      if ((await tokens.stored())?.refresh !== before.refresh) return renew(tools, true)
    }
    throw error
  }
}

/** Source: the OpenAPI file of OAuth; its guide names the token otherwise, so both names are sent. */
async function introspect({ client, config }: ProofTools, token: string) {
  const form = {
    client_id: config.clientId,
    client_secret: config.clientSecret,
    token,
    token_type_hint: 'access_token',
  }
  const path = '/oauth/2026-03/token/introspect'
  const ask = (body: Readonly<Record<string, string>>) =>
    client.ask({ method: 'POST', path, form: body, isAnonymous: true, repeatable: true }, introspection)
  try {
    return await ask({ ...form, access_token: token })
  } catch (error) {
    if (!isRefusal(error) || error.status !== 400) throw error
    return ask(form)
  }
}

function explainGrant({ config, webhookUrl }: ProofTools, error: unknown): unknown {
  if (!(error instanceof ReauthorizationRequiredError)) return error
  const { reason = '' } = error
  if (reason === WRONG_CLIENT_ID) {
    return wrong(
      'clientId',
      'HubSpot knows no app with the setting "clientId". Copy it again from Apps > your app > Auth.',
      error
    )
  }
  if (reason === NOT_CONNECTED) return notConnected(config, webhookUrl, NOT_YET)
  if (WRONG_GRANT.includes(reason) && !config.refreshToken) {
    return notConnected(config, webhookUrl, 'HubSpot has ended the connection, or the app was uninstalled.')
  }
  if (WRONG_GRANT.includes(reason)) {
    const message =
      'HubSpot refused the setting "refreshToken": it was revoked, the app was uninstalled, it belongs to another app, ' +
      'or it is a code that was not exchanged. Get a new one as the set-up guide says under "Without a browser ' +
      'connection", or empty the setting to connect in the browser.'
    return wrong('refreshToken', message, error)
  }
  const message = 'HubSpot refused the setting "clientSecret". Copy it again from Apps > your app > Auth.'
  return wrong('clientSecret', message, error)
}

const NOT_YET = 'HubSpot is not connected yet, and the setting "refreshToken" is empty.'

/** The key and the app it is for: whoever may list the channels may make one. */
async function proveDeveloperKey({ client, config }: ProofTools, isAppProved: boolean): Promise<undefined> {
  const call = { method: 'GET' as const, path: CHANNELS, asApp: true, query: { limit: '1' }, repeatable: true }
  try {
    await client.ask(call, page)
  } catch (error) {
    if (!isRefusal(error) || ![400, 401, 403, 404].includes(error.status)) throw error
    if (isAppProved || error.type === CREDENTIAL_REFUSED || error.status === 403) {
      const message =
        'HubSpot refused the setting "developerApiKey". Copy the key of the developer account that owns the app ' +
        `${config.appId}, from Keys > Developer API key; a private app token or a personal access key does not do.`
      throw wrong('developerApiKey', message, error)
    }
    const message = `The developer account knows no app ${config.appId} (setting "appId"). Copy the ID from Apps > your app > Auth.`
    throw wrong('appId', message, error)
  }
}
