import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { defaultSeed } from '../src/providers/zoho-salesiq'
import { accountsHost, codeOf, portalApi, refreshForm, textAt, visitorApi, ZohoKit } from './zoho-salesiq-kit'

let kit: ZohoKit
beforeAll(async () => {
  kit = await ZohoKit.start()
})
afterAll(() => kit.close())
beforeEach(() => kit.reset())
afterEach(() => kit.emulator.clock.reset())

const works = async (token: string): Promise<boolean> =>
  (await kit.call('GET', `${portalApi}/apps`, undefined, { authorization: `Bearer ${token}` })).raw.includes('"data"')

describe('a refresh', () => {
  it('answers both units of an org token and no refresh token', async () => {
    const { status, body } = await kit.tokenCall(refreshForm)
    expect(status).toBe(200)
    expect(body).toEqual({
      access_token: expect.stringMatching(/^1000\.[0-9a-f]{32}\.[0-9a-f]{32}$/),
      api_domain: 'https://www.zohoapis.eu',
      token_type: 'Bearer',
      expires_in_sec: 3600,
      expires_in: 3_600_000,
    })
  })

  it.each([
    ['ms-only', 3_600_000],
    ['seconds', 3600],
  ] as const)('can answer expires_in as %s', async (tokenAnswer, expected) => {
    kit.siq.configure({ tokenAnswer })
    const { body } = await kit.tokenCall(refreshForm)
    expect(body).toMatchObject({ expires_in: expected })
    expect(body).not.toHaveProperty('expires_in_sec')
  })

  it('takes its fields from the query as well', async () => {
    const path = `/oauth/v2/token?${new URLSearchParams({ ...refreshForm }).toString()}`
    expect((await kit.request(accountsHost, path, { method: 'POST' })).body).toHaveProperty('access_token')
  })

  it.each([
    ['an unknown client', { client_id: '1000.STRANGER' }, 'invalid_client'],
    ['no client', { client_id: undefined }, 'invalid_client'],
    ['a wrong secret', { client_secret: 'wrong' }, 'invalid_client_secret'],
    ['an unknown refresh token', { refresh_token: '1000.a.b' }, 'invalid_code'],
    ['another grant', { grant_type: 'password' }, 'unsupported_grant_type'],
    ['a field nobody knows', { refreshtoken: 'x' }, 'invalid_request'],
  ])('refuses %s with HTTP 200', async (_what, change, error) => {
    const answer = await kit.tokenCall({ ...refreshForm, ...change })
    expect([answer.status, answer.body]).toEqual([200, { error }])
  })

  it('refuses JSON', async () => {
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(refreshForm) }
    expect((await kit.request(accountsHost, '/oauth/v2/token', init)).body).toEqual({ error: 'invalid_request' })
  })

  it.each(['us', 'in', 'ca', 'sa', 'uk'] as const)('does not know the client at %s', async (dataCenter) => {
    expect((await kit.tokenCall(refreshForm, dataCenter)).body).toEqual({ error: 'invalid_client' })
  })

  it('is refused after ten in ten minutes, per refresh token', async () => {
    for (let count = 0; count < 10; count += 1) await kit.freshToken()
    const refused = await kit.tokenCall(refreshForm)
    expect(refused.status).toBe(200)
    expect(refused.body).toEqual({
      error: 'Access Denied',
      error_description: 'You have made too many requests continuously. Please try again after some time.',
      status: 'failure',
    })
    expect(await kit.freshToken(defaultSeed.userRefreshToken)).toMatch(/^1000\./)
    await kit.emulator.clock.advance(10 * 60_000)
    expect(await kit.freshToken()).toMatch(/^1000\./)
    expect(kit.siq.tokenRequests).toBe(13)
  })

  it('ends the oldest of fifteen live tokens', async () => {
    const tokens: string[] = []
    for (let count = 0; count < 16; count += 1) {
      if (count === 10) await kit.emulator.clock.advance(11 * 60_000)
      tokens.push(await kit.freshToken())
    }
    expect(kit.siq.liveTokens).toEqual(tokens.slice(1))
    expect(await works(tokens[0] ?? '')).toBe(false)
    expect(await works(tokens[1] ?? '')).toBe(true)
  })
})

describe('an access token', () => {
  it('lives for an hour of the emulated clock', async () => {
    const token = await kit.freshToken()
    await kit.emulator.clock.advance(59 * 60_000)
    expect(await works(token)).toBe(true)
    await kit.emulator.clock.advance(60_000)
    expect(await works(token)).toBe(false)
    expect(kit.siq.liveTokens).toEqual([])
  })

  it('can be ended early, alone or with its refresh token', async () => {
    const early = await kit.freshToken()
    kit.siq.expireAccessTokens()
    expect(await works(early)).toBe(false)
    const later = await kit.freshToken()
    kit.siq.revokeRefreshToken()
    expect(await works(later)).toBe(false)
    expect((await kit.tokenCall(refreshForm)).body).toEqual({ error: 'invalid_code' })
  })

  it('of a user is refused on the visitor API only', async () => {
    const token = await kit.freshToken(defaultSeed.userRefreshToken)
    const headers = { authorization: `Zoho-oauthtoken ${token}` }
    expect(codeOf(await kit.call('POST', visitorApi, {}, headers))).toBe(1009)
    expect(codeOf(await kit.call('POST', `${visitorApi}/1/messages`, {}, headers))).toBe(1009)
    expect(await works(token)).toBe(true)
  })
})

describe('a grant code', () => {
  const redirectUri = defaultSeed.client.redirectUris[0] ?? ''
  const form = (code: string, change: Record<string, string> = {}) => ({
    grant_type: 'authorization_code',
    client_id: defaultSeed.client.id,
    client_secret: defaultSeed.client.secret,
    redirect_uri: redirectUri,
    code,
    ...change,
  })

  it('gives a refresh token once', async () => {
    const code = kit.siq.grantCode()
    const { body } = await kit.tokenCall(form(code))
    expect(await works(textAt(body, 'access_token'))).toBe(true)
    expect(await works(await kit.freshToken(textAt(body, 'refresh_token')))).toBe(true)
    expect((await kit.tokenCall(form(code))).body).toEqual({ error: 'invalid_code' })
  })

  it('lives for two minutes', async () => {
    const code = kit.siq.grantCode()
    await kit.emulator.clock.advance(2 * 60_000)
    expect((await kit.tokenCall(form(code))).body).toEqual({ error: 'invalid_code' })
  })

  it('wants the redirect address exactly', async () => {
    const wrong = form(kit.siq.grantCode(), { redirect_uri: `${redirectUri}/` })
    expect((await kit.tokenCall(wrong)).body).toEqual({ error: 'invalid_redirect_uri' })
    expect(() => kit.siq.grantCode({ redirectUri: 'https://evil.example/' })).toThrow(/not a redirect URI/)
  })

  it('carries the scopes and kind it was given for', async () => {
    const code = kit.siq.grantCode({ kind: 'user', scopes: ['SalesIQ.apps.READ'] })
    const authorization = `Bearer ${textAt((await kit.tokenCall(form(code))).body, 'access_token')}`
    expect(codeOf(await kit.call('POST', visitorApi, {}, { authorization }))).toBe(1009)
    expect(codeOf(await kit.call('GET', `${portalApi}/departments`, undefined, { authorization }))).toBe(1009)
  })

  it('ends the oldest refresh token and its access token when there are more than twenty', async () => {
    const first = await kit.freshToken()
    for (let count = 0; count < 20; count += 1) await kit.tokenCall(form(kit.siq.grantCode()))
    expect(await works(first)).toBe(false)
    expect((await kit.tokenCall(refreshForm)).body).toEqual({ error: 'invalid_code' })
  })
})

it('revokes a refresh token with its access tokens', async () => {
  const token = await kit.freshToken()
  const revoke = () =>
    kit.request(accountsHost, '/oauth/v2/token/revoke', {
      method: 'POST',
      body: new URLSearchParams({ token: defaultSeed.refreshToken }),
    })
  expect((await revoke()).body).toEqual({ status: 'success' })
  expect(await works(token)).toBe(false)
  expect((await revoke()).body).toEqual({ error: 'invalid_code' })
})

describe('the page that asks for access', () => {
  const redirectUri = defaultSeed.client.redirectUris[0] ?? ''
  const address = (change: Record<string, string> = {}, page = 'https://accounts.zoho.eu/oauth/v2/org/auth') => {
    const query = {
      response_type: 'code',
      client_id: defaultSeed.client.id,
      redirect_uri: redirectUri,
      scope: 'SalesIQ.conversations.ALL,SalesIQ.apps.READ',
      access_type: 'offline',
      state: 'x.y',
      ...change,
    }
    return `${page}?${new URLSearchParams(query).toString()}`
  }

  it('sends the browser back with a code, the data center, its accounts server, and the state', async () => {
    const end = new URL(kit.siq.consentTo(address()))
    expect(`${end.origin}${end.pathname}`).toBe(redirectUri)
    const { code = '', ...more } = Object.fromEntries(end.searchParams)
    expect(more).toEqual({ state: 'x.y', location: 'eu', 'accounts-server': 'https://accounts.zoho.eu' })
    const { id, secret } = defaultSeed.client
    const form = {
      grant_type: 'authorization_code',
      client_id: id,
      client_secret: secret,
      redirect_uri: redirectUri,
      code,
    }
    expect(textAt((await kit.tokenCall(form)).body, 'refresh_token')).toMatch(/./)
  })

  it('can be declined', () => {
    const end = new URL(kit.siq.consentTo(address(), 'decline'))
    expect(Object.fromEntries(end.searchParams)).toEqual({ state: 'x.y', error: 'access_denied' })
  })

  it('knows redirect addresses that were entered', () => {
    const entered = 'https://webhook.botpress.cloud/hook-1/oauth'
    expect(() => kit.siq.consentTo(address({ redirect_uri: entered }))).toThrow('Invalid redirect URI')
    kit.siq.allowRedirect(entered)
    expect(kit.siq.consentTo(address({ redirect_uri: entered }))).toContain(`${entered}?`)
  })

  it.each<[string, string, RegExp]>([
    ['another data center', address({}, 'https://accounts.zoho.com/oauth/v2/org/auth'), /client id does not exist/],
    ['the page for users', address({}, 'https://accounts.zoho.eu/oauth/v2/auth'), /no page/],
    ['another client', address({ client_id: '1000.OTHER' }), /client id does not exist/],
    ['no scope', address({ scope: '' }), /scope is missing/],
    ['scopes of another form', address({ scope: 'SalesIQ.apps.READ SalesIQ.tags.READ' }), /Scope does not exist/],
    ['another answer', address({ response_type: 'token' }), /response_type/],
    ['access for once', address({ access_type: 'online' }), /access_type/],
  ])('shows an error for %s', (_, wrong, error) => {
    expect(() => kit.siq.consentTo(wrong)).toThrow(error)
  })
})
