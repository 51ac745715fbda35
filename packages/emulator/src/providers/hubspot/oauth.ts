import type { Context } from 'hono'
import type { Grant } from './entities'
import { OauthError } from './errors'
import { allowOnly, checkClient, readForm, type Form } from './oauth-form'
import { issueAccessToken, issueRefreshToken, lifeSeconds } from './tokens'
import type { View } from './view'
import type { World } from './world'

const clientFields = ['grant_type', 'client_id', 'client_secret']

const badRefreshToken = (): OauthError =>
  new OauthError(
    'invalid_grant',
    'BAD_REFRESH_TOKEN',
    'refresh token is invalid, expired or revoked',
    'missing or invalid refresh token'
  )

/** v1 may answer the first four members only. */
const tokenAnswer = (world: World, grant: Grant, refreshToken: string, isV1: boolean): View => {
  const basic = {
    token_type: 'bearer',
    access_token: issueAccessToken(world, grant).value,
    refresh_token: refreshToken,
    expires_in: lifeSeconds,
  }
  if (isV1) return basic
  const { scopes, userId } = grant
  return { ...basic, hub_id: world.state.portalId, scopes, user_id: userId, token_use: 'access_token' }
}

/** Answers always carry a refresh token; whether it is a new one is not stated [?], so a setting says it. */
const refreshGrant = (world: World, form: Form, isV1: boolean): View => {
  const { refreshTokens } = world.state
  const old = form.get('refresh_token') ?? ''
  const grant = refreshTokens.get(old)
  if (!grant) throw badRefreshToken()
  if (!world.settings.rotateRefreshTokens) return tokenAnswer(world, grant, old, isV1)
  refreshTokens.delete(old)
  return tokenAnswer(world, grant, issueRefreshToken(world, grant), isV1)
}

/** A code works once. The codes of its errors are inferred. */
const codeGrant = (world: World, form: Form, isV1: boolean): View => {
  const { grantCodes, nextGrantId } = world.state
  const code = grantCodes.get(form.get('code') ?? '')
  if (!code) throw new OauthError('invalid_grant', 'BAD_AUTH_CODE', 'missing or unknown auth code')
  if (form.get('redirect_uri') !== code.redirectUri) {
    throw new OauthError('invalid_grant', 'BAD_REDIRECT_URI', 'missing or invalid redirect uri')
  }
  grantCodes.delete(code.value)
  const grant = { id: nextGrantId(), scopes: code.scopes, userId: code.userId }
  return tokenAnswer(world, grant, issueRefreshToken(world, grant), isV1)
}

export const postToken = async (world: World, c: Context): Promise<View> => {
  world.state.tokenRequests += 1
  const isV1 = c.req.path.startsWith('/oauth/v1/')
  const form = await readForm(c)
  checkClient(world, form)
  const grant = form.get('grant_type')
  if (grant !== 'refresh_token' && grant !== 'authorization_code') {
    throw new OauthError('unsupported_grant_type', 'BAD_GRANT_TYPE', 'missing or unknown grant type')
  }
  const own = grant === 'refresh_token' ? ['refresh_token'] : ['redirect_uri', 'code', 'code_verifier']
  allowOnly(form, [...clientFields, ...own])
  return grant === 'refresh_token' ? refreshGrant(world, form, isV1) : codeGrant(world, form, isV1)
}
