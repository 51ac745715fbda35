import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { liveProviders } from '../src/server/live-providers'
import { PortTakenError, startPageServer } from '../src/server/page-server'
import { found, providerOf, userOf } from './live-kit'
import { API, type Answer, GUARDED, guardsOf, JSON_TYPE, LIVECHAT, serve, type Served } from './server-kit'

let served: Served
beforeAll(async () => void (served = await serve()))
afterAll(() => served.close())

const post = (body: string | Uint8Array, headers: Record<string, string> = JSON_TYPE) =>
  served.ask(`${LIVECHAT}/actions`, { method: 'POST', headers, body })
const fieldOf = ({ json }: Answer, name: string): string => String(Object(json)[name])

describe('the API', () => {
  it('lists the providers with their state', async () => {
    expect((await served.ask(API)).json).toEqual([{ name: 'livechat', title: 'LiveChat', state: 'ready' }])
  })

  it('gives settings, log and the details of a call as the provider has them', async () => {
    expect((await served.ask(`${LIVECHAT}/settings`)).json).toEqual(served.page.live.settings)
    expect((await served.ask(`${LIVECHAT}/log`)).json).toEqual(served.page.live.log)
    const { seq } = found(served.page.known().calls[0], 'call')
    expect((await served.ask(`${LIVECHAT}/calls/${seq}`)).json).toEqual(served.page.live.callDetail(seq))
  })

  it.each(['stream', 'settings', 'log', 'calls/1', 'media?url=https://files.example.com/x'])(
    'knows no provider but its own: %s',
    async (path) => {
      const answer = await served.ask(`${API}/acme/${path}`)
      expect(answer).toMatchObject({ status: 404, json: { error: 'There is no provider acme.' } })
    }
  )

  it.each(['__proto__', 'constructor', '..%2flivechat'])('takes %s for no provider', async (name) => {
    expect((await served.ask(`${API}/${name}/log`)).status).toBe(404)
  })

  it.each(['abc', '-1', '1.5', '999999999999'])('has no call %s', async (seq) => {
    const answer = await served.ask(`${LIVECHAT}/calls/${seq}`)
    expect(answer).toMatchObject({ status: 422, json: { error: expect.stringMatching(/^This call is gone/) } })
  })

  it('has nothing elsewhere, and answers other methods with no page', async () => {
    for (const [method, path] of [
      ['GET', `${LIVECHAT}/actions`],
      ['DELETE', LIVECHAT],
      ['PUT', '/'],
      ['POST', '/'],
    ] as const) {
      expect((await served.ask(path, { method })).status).toBe(404)
    }
  })
})

/** What a person can get wrong at the page. */
const SENTENCES: Readonly<Record<string, string>> = {
  'a user with no name': 'There is no name.',
  'a user with no e-mail address': 'This is no e-mail address.',
  'an empty text': 'There is no text.',
  'a text that is too long': 'The text is longer than 50,000 characters.',
}

describe('an action', () => {
  it('is done and answered', async () => {
    const added = await served.act({ type: 'addUser', name: '  Eve  ', email: 'eve@example.com' })
    expect(added.status).toBe(200)
    expect(userOf(served.page, fieldOf(added, 'user'))).toMatchObject({ name: 'Eve', email: 'eve@example.com' })
    const saved = await served.act({ type: 'saveSettings', values: {} })
    expect(saved.json).toMatchObject({ problems: expect.arrayContaining([{ field: 'clientId', message: 'Required' }]) })
  })

  it('that cannot be done is refused with its sentence', async () => {
    const answer = await served.act({ type: 'agentTakes', chat: 'none', agent: 'none' })
    expect(answer).toMatchObject({ status: 422, json: { error: expect.stringMatching(/^This chat .*\.$/) } })
    expect(answer.text).not.toMatch(/\bat \w+ \(|node_modules|\/src\//)
  })

  it.each([
    ['no action', {}],
    ['an unknown one', { type: 'format' }],
    ['no object', 7],
    ['a user with no name', { type: 'addUser', name: '   ' }],
    ['a user with no e-mail address', { type: 'addUser', name: 'Eve', email: 'eve' }],
    ['an empty text', { type: 'userSays', user: 'u', message: { type: 'text', text: '' } }],
    ['a text that is too long', { type: 'userSays', user: 'u', message: { type: 'text', text: 'x'.repeat(50_001) } }],
    [
      'a script as address',
      { type: 'userSays', user: 'u', message: { type: 'image', imageUrl: 'javascript:alert(1)' } },
    ],
    ['a local file', { type: 'userSays', user: 'u', message: { type: 'file', fileUrl: 'file:///etc/passwd' } }],
    [
      'a bloc in a bloc',
      { type: 'userSays', user: 'u', message: { type: 'bloc', items: [{ type: 'bloc', items: [] }] } },
    ],
    ['an empty bloc', { type: 'userSays', user: 'u', message: { type: 'bloc', items: [] } }],
    [
      'a place off the earth',
      { type: 'userSays', user: 'u', message: { type: 'location', latitude: 91, longitude: 0 } },
    ],
    ['a clock that goes back', { type: 'moveClock', ms: -1 }],
    ['a clock that goes too far', { type: 'moveClock', ms: 1e12 }],
    ['half a millisecond', { type: 'moveClock', ms: 0.5 }],
    ['a negative timeout', { type: 'setAssignmentTimeout', seconds: -1 }],
    ['an unknown scope', { type: 'setFaultScope', scope: 'all' }],
    ['settings that are a list', { type: 'saveSettings', values: [] }],
  ])('with %s is refused and does nothing', async (what, action) => {
    const steps = served.page.known().steps.length
    const answer = await served.act(action)
    expect(answer).toMatchObject({
      status: 400,
      json: { error: SENTENCES[what] ?? expect.stringMatching(/^The request is not understood: /) },
    })
    expect(served.page.known().steps).toHaveLength(steps)
  })

  it.each([
    ['{', 400],
    ['', 400],
    [new Uint8Array([0xff, 0xfe]), 400],
  ])('that is no JSON is refused', async (body, status) => {
    expect(await post(body)).toMatchObject({ status, json: { error: 'The request is not readable JSON.' } })
  })

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])(
    'sent as %s, as a form of another site can, is refused',
    async (type) => {
      const answer = await post(JSON.stringify({ type: 'killInstance' }), { 'content-type': type })
      expect(answer).toMatchObject({ status: 415, json: { error: 'The request has to be JSON.' } })
    }
  )

  it('without a type, or with a charset, is told apart', async () => {
    expect((await post('{"type":"releaseWebhooks"}', {})).status).toBe(415)
    expect(
      (await post('{"type":"releaseWebhooks"}', { 'content-type': 'application/json; charset=utf-8' })).status
    ).toBe(200)
  })

  it('that is too large is refused, whether or not it says how large it is', async () => {
    const body = JSON.stringify({ type: 'saveSettings', values: { text: 'x'.repeat(600 * 1024) } })
    for (const headers of [JSON_TYPE, { ...JSON_TYPE, 'transfer-encoding': 'chunked' }]) {
      const answer = await post(body, headers)
      expect(answer).toMatchObject({ status: 413, json: { error: 'The request is larger than 512 KB.' } })
      expect(guardsOf(answer)).toMatchObject(GUARDED)
    }
  })
})

describe('the server', () => {
  it('says in one sentence that a port is taken', async () => {
    const port = Number(new URL(served.url).port)
    const all = liveProviders([], () => Promise.reject(new Error('None is opened.')))
    const starting = startPageServer(all, port)
    await expect(starting).rejects.toBeInstanceOf(PortTakenError)
    await expect(starting).rejects.toThrow(`Port ${port} is already in use`)
  })

  it('shows a provider that cannot be started as failed, with its reason, and tries again', async () => {
    let attempts = 0
    const all = liveProviders([providerOf('livechat')], () => {
      attempts += 1
      return Promise.reject(new Error('The integration is not built.'))
    })
    const server = await startPageServer(all, undefined)
    expect(all.summaries()).toMatchObject([{ state: 'starting' }])
    for (const attempt of [1, 2]) {
      const answer = await fetch(`${server.url}${LIVECHAT}/log`)
      expect(answer.status).toBe(422)
      expect(await answer.json()).toEqual({ error: 'The integration is not built.' })
      expect(attempts).toBe(attempt)
    }
    const summaries: unknown = await (await fetch(server.url + API)).json()
    expect(summaries).toMatchObject([{ state: 'failed', error: 'The integration is not built.' }])
    await server.close()
    await all.close()
  })
})
