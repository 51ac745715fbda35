import type { Context } from 'hono'
import type { Grant } from './entities'
import { notFound } from './errors'
import { allowOnly, checkClient, readForm, type Form } from './oauth-form'
import { isLive, revokeRefreshToken } from './tokens'
import type { View } from './view'
import type { World } from './world'

const fields = ['client_id', 'client_secret', 'token', 'token_type_hint', 'access_token', 'refresh_token']

/** The specification says `token`, the guide `access_token` or `refresh_token`. */
const tokenIn = (form: Form): string => form.get('token') ?? form.get('access_token') ?? form.get('refresh_token') ?? ''

const grantView = ({ state }: World, grant: Grant): View => ({
  hub_id: state.portalId,
  user_id: grant.userId,
  user: state.users.get(grant.userId)?.email ?? '',
  hub_domain: state.hubDomain,
  app_id: Number(state.app.id),
  scopes: grant.scopes,
})

const secondsLeft = (world: World, expiresAt: number): number =>
  Math.max(0, Math.floor((expiresAt - world.services.clock.now()) / 1000))

/** An expired token is not active. `signed_access_token` is left out. */
const introspection = (world: World, value: string): View => {
  const { accessTokens, refreshTokens, app } = world.state
  const shared = { active: true, token: value, client_id: app.clientId, is_private_distribution: false }
  const access = accessTokens.get(value)
  if (access && isLive(world, access)) {
    const { grant, expiresAt } = access
    const own = { expires_in: secondsLeft(world, expiresAt), token_type: 'bearer', token_use: 'access_token' }
    return { ...shared, ...grantView(world, grant), ...own }
  }
  const refreshed = refreshTokens.get(value)
  if (!refreshed) return { active: false }
  return { ...shared, ...grantView(world, refreshed), token_type: 'bearer', token_use: 'refresh_token' }
}

export const postIntrospect = async (world: World, c: Context): Promise<View> => {
  const form = await readForm(c)
  checkClient(world, form)
  allowOnly(form, fields)
  return introspection(world, tokenIn(form))
}

/** What it answers is not documented; 200 for any token is RFC 7009. */
export const postRevoke = async (world: World, c: Context): Promise<View> => {
  const form = await readForm(c)
  checkClient(world, form)
  allowOnly(form, fields)
  const value = tokenIn(form)
  if (!revokeRefreshToken(world, value)) world.state.accessTokens.delete(value)
  return {}
}

/** Legacy; off from 2027-02-16. The status for an unknown token is inferred. */
export const getAccessToken = async (world: World, c: Context): Promise<View> => {
  const token = world.state.accessTokens.get(c.req.param('token') ?? '')
  if (!token || !isLive(world, token)) throw notFound('The access token is not valid')
  const { value, grant, expiresAt } = token
  return {
    token: value,
    ...grantView(world, grant),
    expires_in: secondsLeft(world, expiresAt),
    token_type: 'access',
  }
}
