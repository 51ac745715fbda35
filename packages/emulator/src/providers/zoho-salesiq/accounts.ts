import type { Context } from 'hono'
import { dataCenters, type DataCenter } from './data-centers'
import type { AccessToken, GrantCode, RefreshToken, TokenKind } from './entities'
import { oauthError } from './errors'
import { zohoToken } from './ids'
import { issueAccessToken, issueRefreshToken, revokeRefreshToken } from './tokens'
import type { World } from './world'

/** Codes live two to three minutes; the shorter is the stricter. */
const codeLifeMs = 2 * 60 * 1000

type Form = ReadonlyMap<string, string>
type Body = Record<string, unknown>

/** Form fields, or the same in the query string as some public clients send them. */
const readForm = async (c: Context): Promise<Form> => {
  const query = [...new URL(c.req.url).searchParams]
  const body = await c.req.text()
  if (body === '') return new Map(query)
  const type = (c.req.header('content-type') ?? '').split(';', 1)[0]?.trim().toLowerCase()
  if (type !== 'application/x-www-form-urlencoded') throw oauthError('invalid_request')
  return new Map([...query, ...new URLSearchParams(body)])
}

/** That Zoho refuses fields it does not know is not documented; here it finds misspelled ones. */
const allowOnly = (form: Form, names: readonly string[]): void => {
  if ([...form.keys()].some((name) => !names.includes(name))) throw oauthError('invalid_request')
}

/** A client of one data centre is unknown to the others. */
const checkClient = (world: World, dataCenter: DataCenter, form: Form): void => {
  const { account } = world.state
  if (account.dataCenter !== dataCenter || form.get('client_id') !== account.client.id) {
    throw oauthError('invalid_client')
  }
  if (form.get('client_secret') !== account.client.secret) throw oauthError('invalid_client_secret')
}

const expiry = (world: World): Body => {
  switch (world.settings.tokenAnswer) {
    case 'org':
      return { expires_in_sec: 3600, expires_in: 3_600_000 }
    case 'ms-only':
      return { expires_in: 3_600_000 }
    case 'seconds':
      return { expires_in: 3600 }
  }
}

const tokenAnswer = (world: World, token: AccessToken): Body => ({
  access_token: token.value,
  api_domain: `https://${dataCenters[world.state.account.dataCenter].api}`,
  token_type: 'Bearer',
  ...expiry(world),
})

/** Refresh tokens are not rotated, so the answer has none. */
const refreshGrant = (world: World, form: Form): Body => {
  const refresh = world.state.refreshTokens.get(form.get('refresh_token') ?? '')
  if (!refresh) throw oauthError('invalid_code')
  return tokenAnswer(world, issueAccessToken(world, refresh))
}

const codeGrant = (world: World, form: Form): Body => {
  const code = world.state.grantCodes.get(form.get('code') ?? '')
  if (!code || code.expiresAt <= world.services.clock.now()) throw oauthError('invalid_code')
  if (form.get('redirect_uri') !== code.redirectUri) throw oauthError('invalid_redirect_uri')
  world.state.grantCodes.delete(code.value)
  const refresh: RefreshToken = issueRefreshToken(world, code.kind, code.scopes)
  return { ...tokenAnswer(world, issueAccessToken(world, refresh)), refresh_token: refresh.value }
}

const clientFields = ['grant_type', 'client_id', 'client_secret'] as const

export const postToken = async (world: World, dataCenter: DataCenter, c: Context): Promise<Body> => {
  world.state.tokenRequests += 1
  const form = await readForm(c)
  const grant = form.get('grant_type')
  if (grant !== 'refresh_token' && grant !== 'authorization_code') throw oauthError('unsupported_grant_type')
  const own = grant === 'refresh_token' ? ['refresh_token'] : ['redirect_uri', 'code', 'scope']
  allowOnly(form, [...clientFields, ...own])
  checkClient(world, dataCenter, form)
  return grant === 'refresh_token' ? refreshGrant(world, form) : codeGrant(world, form)
}

/** The parameter's name and the answer are inferred. */
export const postRevoke = async (world: World, dataCenter: DataCenter, c: Context): Promise<Body> => {
  const form = await readForm(c)
  allowOnly(form, ['token'])
  if (world.state.account.dataCenter !== dataCenter) throw oauthError('invalid_code')
  if (!revokeRefreshToken(world, form.get('token') ?? '')) throw oauthError('invalid_code')
  return { status: 'success' }
}

export type GrantOptions = { redirectUri?: string; scopes?: readonly string[]; kind?: TokenKind }

/** What the consent page sends back: a code of the first redirect URI, for every scope of the seed, unless told. */
export const grantCode = (world: World, seedScopes: readonly string[], options: GrantOptions): string => {
  const code: GrantCode = {
    value: zohoToken(),
    kind: options.kind ?? 'org',
    scopes: [...(options.scopes ?? seedScopes)],
    redirectUri: options.redirectUri ?? world.state.account.client.redirectUris[0] ?? '',
    expiresAt: world.services.clock.now() + codeLifeMs,
  }
  if (!world.state.account.client.redirectUris.includes(code.redirectUri)) {
    throw new Error(`${code.redirectUri} is not a redirect URI of the client`)
  }
  world.state.grantCodes.set(code.value, code)
  return code.value
}
