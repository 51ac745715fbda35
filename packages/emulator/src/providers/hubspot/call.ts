import type { Context } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { AccessToken } from './entities'
import { HubSpotError, invalid } from './errors'
import { Fields } from './fields'
import { mediaType } from './oauth-form'
import { isLive } from './tokens'
import type { World } from './world'

export type Call = { world: World; c: Context }

/** `body` absent means 204. */
export type Answer = { status: ContentfulStatusCode; body: unknown; headers?: Record<string, string> } | { status: 204 }

export const ok = (body: unknown): Answer => ({ status: 200, body })
export const created = (body: unknown, headers: Record<string, string> = {}): Answer => ({ status: 201, body, headers })
export const noContent: Answer = { status: 204 }

const unauthorized = (message: string, category = 'INVALID_AUTHENTICATION'): HubSpotError =>
  new HubSpotError(401, category, message)

const bearerToken = (world: World, c: Context): AccessToken => {
  const value = /^Bearer (\S+)$/i.exec(c.req.header('authorization') ?? '')?.[1]
  if (value === undefined) throw unauthorized('Authentication credentials not found.')
  const token = world.state.accessTokens.get(value)
  if (!token) throw unauthorized('Authentication credentials are invalid.')
  if (isLive(world, token)) return token
  const minutes = Math.floor((world.services.clock.now() - token.expiresAt) / 60_000)
  const message = `The OAuth token used to make this call expired ${minutes} minute(s) ago.`
  throw unauthorized(message, 'EXPIRED_AUTHENTICATION')
}

/** Any of the scopes will do. */
export const requireScope = (world: World, c: Context, scopes: readonly string[]): void => {
  const { grant } = bearerToken(world, c)
  if (scopes.length === 0 || scopes.some((scope) => grant.scopes.includes(scope))) return
  const message = 'One or more of the following scopes are required.'
  throw new HubSpotError(403, 'MISSING_SCOPES', "This app hasn't been granted all required scopes to make this call.", {
    errors: [{ message, context: { requiredGranularScopes: [...scopes] } }],
  })
}

/** The developer API key in the query. `appId` is in the query of channels and in the path of webhooks. */
export const requireDeveloperKey = ({ state }: World, c: Context): void => {
  const appId = c.req.param('appId') ?? c.req.query('appId')
  if (c.req.query('hapikey') === state.app.developerKey && appId === state.app.id) return
  throw unauthorized('This hapikey does not belong to the app, or one of hapikey and appId is missing.')
}

export const pathPart = ({ c }: Call, name = 'id'): string => c.req.param(name) ?? ''

/** Without the credentials, which were checked before. */
export const query = ({ c }: Call): Fields => {
  const { hapikey: _key, appId: _appId, ...rest } = c.req.query()
  return new Fields(rest)
}

const parse = (body: string): unknown => {
  try {
    return JSON.parse(body)
  } catch {
    throw invalid('Invalid input JSON on line 1')
  }
}

export const readJson = async ({ c }: Call): Promise<Fields> => {
  if (mediaType(c) !== 'application/json') {
    throw new HubSpotError(415, 'UNSUPPORTED_MEDIA_TYPE', 'Content-Type must be application/json')
  }
  return new Fields(parse(await c.req.text()))
}

/** The version in the path, such as `v3` or `2026-03`. */
export const generationOf = ({ c }: Call): string => /\/(v\d|20\d\d-\d\d)(?=\/|$)/.exec(c.req.path)?.[1] ?? ''
