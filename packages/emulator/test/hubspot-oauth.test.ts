import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { defaultSeed } from '../src/providers/hubspot'
import { anna, app, ben, conversationsApi, HubSpotKit, refreshForm, textAt } from './hubspot-kit'

let kit: HubSpotKit
beforeAll(async () => {
  kit = await HubSpotKit.start()
})
afterAll(() => kit.close())
beforeEach(() => kit.reset())
afterEach(() => kit.emulator.clock.reset())

const inboxes = `${conversationsApi}/inboxes`
const statusWith = async (token: string) =>
  (await kit.request(inboxes, { headers: { authorization: `Bearer ${token}` } })).status
const half = 30 * 60 * 1000

describe('a refresh', () => {
  it.each(['/oauth/2026-03/token', '/oauth/2026-09/token', '/oauth/v3/token'])('answers at %s', async (path) => {
    const { status, body } = await kit.refresh({}, path)
    expect(status).toBe(200)
    expect(body).toEqual({
      token_type: 'bearer',
      access_token: expect.any(String),
      refresh_token: expect.stringMatching(/^na1-/),
      expires_in: 1800,
      hub_id: defaultSeed.portalId,
      scopes: defaultSeed.scopes,
      user_id: anna,
      token_use: 'access_token',
    })
  })

  it('answers four members at v1', async () => {
    const { body } = await kit.refresh({}, '/oauth/v1/token')
    expect(Object.keys(body).toSorted()).toEqual(['access_token', 'expires_in', 'refresh_token', 'token_type'])
  })

  it('gives a token that works on both hosts', async () => {
    const token = await kit.token()
    expect(await statusWith(token)).toBe(200)
    const init = { headers: { authorization: `Bearer ${token}` } }
    expect((await kit.request(inboxes, init, 'api.hubspot.com')).status).toBe(200)
    expect(kit.hub.liveTokens).toEqual([token])
  })

  it('ends the old refresh token at once', async () => {
    const first = textAt((await kit.refresh()).body, 'refresh_token')
    expect(first).not.toBe(defaultSeed.refreshToken)
    expect(kit.hub.currentRefreshToken).toBe(first)
    expect((await kit.refresh({ refresh_token: defaultSeed.refreshToken })).status).toBe(400)
    expect((await kit.refresh()).status).toBe(200)
  })

  it('keeps the access tokens of the old refresh token', async () => {
    const token = await kit.token()
    await kit.refresh()
    expect(await statusWith(token)).toBe(200)
  })

  it('keeps the refresh token when told not to rotate', async () => {
    kit.hub.configure({ rotateRefreshTokens: false })
    expect((await kit.refresh()).body['refresh_token']).toBe(defaultSeed.refreshToken)
    expect((await kit.refresh()).status).toBe(200)
    expect(kit.hub.currentRefreshToken).toBe(defaultSeed.refreshToken)
  })

  it('refuses an unknown refresh token with both pairs of fields', async () => {
    const { status, body } = await kit.refresh({ refresh_token: 'na1-unknown' })
    expect(status).toBe(400)
    expect(body).toEqual({
      error: 'invalid_grant',
      error_description: 'refresh token is invalid, expired or revoked',
      status: 'BAD_REFRESH_TOKEN',
      message: 'refresh token is invalid, expired or revoked',
    })
  })

  it('refuses it in the older form at v1', async () => {
    const { status, body } = await kit.refresh({ refresh_token: 'na1-unknown' }, '/oauth/v1/token')
    expect(status).toBe(400)
    expect(body).toMatchObject({ status: 'BAD_REFRESH_TOKEN', message: 'missing or invalid refresh token' })
    expect(body['error']).toBeUndefined()
  })

  it.each([
    ['a wrong client before the grant', { client_id: 'x', refresh_token: 'y' }, 'BAD_CLIENT_ID', 'invalid_request'],
    ['no client', { client_id: undefined }, 'BAD_CLIENT_ID', 'invalid_request'],
    ['a wrong secret', { client_secret: 'x' }, 'BAD_CLIENT_SECRET', 'invalid_client'],
    ['another grant', { grant_type: 'password' }, 'BAD_GRANT_TYPE', 'unsupported_grant_type'],
    ['an unknown parameter', { scopes: 'x' }, 'BAD_REQUEST', 'invalid_request'],
  ])('refuses %s', async (_what, changes, code, error) => {
    const { status, body } = await kit.refresh(changes)
    expect(status).toBe(400)
    expect(body).toMatchObject({ status: code, error })
  })

  it('takes a form only', async () => {
    const answer = await kit.send('POST', '/oauth/2026-03/token', refreshForm)
    expect(answer.status).toBe(415)
    expect(kit.hub.tokenRequests).toBe(1)
  })

  it('takes no parameters in the query', async () => {
    expect((await kit.refresh({}, `/oauth/2026-03/token?client_id=${app.clientId}`)).status).toBe(400)
  })

  it('is counted', async () => {
    await kit.refresh()
    await kit.refresh({ refresh_token: 'na1-unknown' })
    expect(kit.hub.tokenRequests).toBe(2)
  })
})

describe('a code', () => {
  const exchange = (code: string, changes: Record<string, string | undefined> = {}) =>
    kit.form('/oauth/2026-03/token', {
      grant_type: 'authorization_code',
      client_id: app.clientId,
      client_secret: app.clientSecret,
      redirect_uri: app.redirectUris[0],
      code,
      ...changes,
    })

  it('is exchanged once', async () => {
    const code = kit.hub.grantCode()
    const { status, body } = await exchange(code)
    expect(status).toBe(200)
    expect(await statusWith(textAt(body, 'access_token'))).toBe(200)
    expect((await exchange(code)).body).toMatchObject({ status: 'BAD_AUTH_CODE', error: 'invalid_grant' })
    expect(kit.hub.currentRefreshToken).toBe(body['refresh_token'])
  })

  it('stands for the scopes and the user it was given for', async () => {
    const { body } = await exchange(kit.hub.grantCode({ scopes: ['oauth'], userId: ben }))
    expect(body).toMatchObject({ scopes: ['oauth'], user_id: ben })
    expect(await statusWith(textAt(body, 'access_token'))).toBe(403)
  })

  it('needs the redirect URI it was made for, and keeps after a mistake', async () => {
    const code = kit.hub.grantCode()
    expect((await exchange(code, { redirect_uri: 'https://elsewhere.example' })).status).toBe(400)
    expect((await exchange(code)).status).toBe(200)
  })

  it('is only made for registered addresses', () => {
    expect(() => kit.hub.grantCode({ redirectUri: 'https://elsewhere.example' })).toThrow('not a redirect URI')
  })
})

describe('an access token', () => {
  it('lives 30 minutes', async () => {
    const token = await kit.token()
    await kit.emulator.clock.advance(half - 5000)
    expect(await statusWith(token)).toBe(200)
    await kit.emulator.clock.advance(5000)
    const { status, body } = await kit.call('GET', inboxes)
    expect(status).toBe(401)
    expect(body).toMatchObject({ status: 'error', category: 'EXPIRED_AUTHENTICATION' })
    expect(body['message']).toBe('The OAuth token used to make this call expired 0 minute(s) ago.')
    expect(body['correlationId']).toMatch(/^[0-9a-f-]{36}$/)
  })

  it('can be expired by hand', async () => {
    await kit.token()
    kit.hub.expireAccessTokens()
    expect(kit.hub.liveTokens).toEqual([])
    expect((await kit.call('GET', inboxes)).body['category']).toBe('EXPIRED_AUTHENTICATION')
  })

  it.each([
    ['unknown', { authorization: 'Bearer nobody' }],
    ['of another scheme', { authorization: 'Basic abc' }],
  ])('that is %s is invalid', async (_what, headers) => {
    const { status, body } = await kit.request(inboxes, { headers })
    expect(status).toBe(401)
    expect(body['category']).toBe('INVALID_AUTHENTICATION')
  })

  it('has to be there', async () => {
    expect((await kit.request(inboxes)).status).toBe(401)
  })

  it('of an ended refresh token is invalid, not expired', async () => {
    await kit.token()
    kit.hub.revokeRefreshToken()
    expect((await kit.call('GET', inboxes)).body['category']).toBe('INVALID_AUTHENTICATION')
    expect((await kit.refresh({ refresh_token: defaultSeed.refreshToken })).status).toBe(400)
    expect(kit.hub.currentRefreshToken).toBeUndefined()
  })

  it('without the scope is 403, which names it', async () => {
    kit.hub.seed({ ...defaultSeed, scopes: ['oauth'] })
    const { status, body } = await kit.call('GET', inboxes)
    expect(status).toBe(403)
    expect(body).toMatchObject({
      category: 'MISSING_SCOPES',
      errors: [{ context: { requiredGranularScopes: ['conversations.read'] } }],
    })
  })
})

describe('introspection', () => {
  const client = { client_id: app.clientId, client_secret: app.clientSecret }
  const introspect = (fields: Record<string, string>) =>
    kit.form('/oauth/2026-03/token/introspect', { ...client, ...fields })

  it.each(['token', 'access_token'])('names hub and app for an access token as %s', async (name) => {
    const token = await kit.token()
    const { status, body } = await introspect({ [name]: token, token_type_hint: 'access_token' })
    expect(status).toBe(200)
    expect(body).toMatchObject({
      active: true,
      token,
      hub_id: defaultSeed.portalId,
      app_id: Number(app.id),
      user_id: anna,
      user: 'anna@acme.example',
      client_id: app.clientId,
      token_use: 'access_token',
    })
    expect(Number(body['expires_in'])).toBeGreaterThan(1790)
  })

  it('knows refresh tokens', async () => {
    const { body } = await introspect({ refresh_token: defaultSeed.refreshToken, token_type_hint: 'refresh_token' })
    expect(body).toMatchObject({ active: true, token_use: 'refresh_token', scopes: defaultSeed.scopes })
  })

  it('answers that unknown and expired tokens are not active', async () => {
    const token = await kit.token()
    kit.hub.expireAccessTokens()
    expect((await introspect({ token })).body).toEqual({ active: false })
    expect((await introspect({ token: 'nobody' })).body).toEqual({ active: false })
  })

  it('needs the client', async () => {
    expect((await introspect({ client_id: 'x', token: 'y' })).body['status']).toBe('BAD_CLIENT_ID')
  })

  it('has an older sister', async () => {
    const token = await kit.token()
    const { body } = await kit.request(`/oauth/v1/access-tokens/${token}`)
    expect(body).toMatchObject({ token, hub_id: defaultSeed.portalId, app_id: Number(app.id), token_type: 'access' })
    expect((await kit.request('/oauth/v1/access-tokens/nobody')).status).toBe(404)
  })

  it('stands beside a revocation', async () => {
    const token = await kit.token()
    const current = String(kit.hub.currentRefreshToken)
    const revoke = (value: string) => kit.form('/oauth/2026-03/token/revoke', { ...client, token: value })
    expect((await revoke(current)).status).toBe(200)
    expect(await statusWith(token)).toBe(401)
    expect((await revoke('nobody')).status).toBe(200)
  })
})

it('uninstalling the app ends every token', async () => {
  await kit.token()
  expect((await kit.call('DELETE', '/appinstalls/v3/external-install')).status).toBe(204)
  expect(kit.hub.liveTokens).toEqual([])
  expect((await kit.refresh({ refresh_token: 'na1-any' })).body['status']).toBe('BAD_REFRESH_TOKEN')
})

describe('the page that asks for access', () => {
  const page = 'https://app.hubspot.com/oauth/authorize'
  const address = (change: Record<string, string> = {}, at = page) => {
    const query = {
      client_id: app.clientId,
      redirect_uri: app.redirectUris[0] ?? '',
      scope: 'oauth files',
      state: 'x.y',
    }
    return `${at}?${new URLSearchParams({ ...query, ...change }).toString()}`
  }

  it('sends the browser back with a code for these scopes, and the state', async () => {
    const end = new URL(kit.hub.consentTo(address()))
    expect(`${end.origin}${end.pathname}`).toBe(app.redirectUris[0])
    const { code = '', ...more } = Object.fromEntries(end.searchParams)
    expect(more).toEqual({ state: 'x.y' })
    const { body } = await kit.form('/oauth/2026-03/token', {
      grant_type: 'authorization_code',
      client_id: app.clientId,
      client_secret: app.clientSecret,
      redirect_uri: app.redirectUris[0],
      code,
    })
    expect(body).toMatchObject({ scopes: ['oauth', 'files'] })
  })

  it('can be declined', () => {
    const end = new URL(kit.hub.consentTo(address(), 'decline'))
    expect(end.searchParams.get('error')).toBe('access_denied')
    expect(end.searchParams.has('code')).toBe(false)
  })

  it('knows redirect URLs that were entered', () => {
    const entered = 'https://webhook.botpress.cloud/hook-1/oauth'
    expect(() => kit.hub.consentTo(address({ redirect_uri: entered }))).toThrow('not one of the app')
    kit.hub.allowRedirect(entered)
    expect(kit.hub.consentTo(address({ redirect_uri: entered }))).toContain(`${entered}?`)
  })

  it.each<[string, string, RegExp]>([
    ['another page', address({}, 'https://api.hubapi.com/oauth/authorize'), /asks for no consent/],
    ['another app', address({ client_id: 'other' }), /no app/],
    ['no scope', address({ scope: '' }), /scope is missing/],
    ['a scope that the app lacks', address({ scope: 'oauth tickets' }), /does not have the scope tickets/],
  ])('shows an error for %s', (_, wrong, error) => {
    expect(() => kit.hub.consentTo(wrong)).toThrow(error)
  })
})
