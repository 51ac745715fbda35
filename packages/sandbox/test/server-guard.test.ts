import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { found } from './live-kit'
import { API, GUARDED, guardsOf, JSON_TYPE, LIVECHAT, serve, type Served } from './server-kit'

let served: Served
beforeAll(async () => void (served = await serve()))
afterAll(() => served.close())

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH']
const host = () => new URL(served.url).host
const port = () => new URL(served.url).port

describe('a request of somebody else', () => {
  it.each([
    'evil.example',
    'evil.example:4780',
    '127.0.0.1.evil.example',
    'localhost.evil.example',
    '192.168.0.7',
    '0.0.0.0',
    '[::2]:80',
  ])('under the name "%s" is refused, for the page and for the API, with every method', async (name) => {
    for (const path of ['/', API, `${LIVECHAT}/stream`, '/nothing']) {
      for (const method of METHODS) {
        const answer = await served.ask(path, { method, headers: { host: name } })
        expect(answer.status).toBe(403)
        expect(guardsOf(answer)).toMatchObject(GUARDED)
      }
    }
  })

  it.each(['https://evil.example', 'http://evil.example', 'null', 'http://localhost.evil.example', 'file://'])(
    'from the origin %s is refused with every method',
    async (origin) => {
      for (const method of METHODS) {
        const body = method === 'POST' ? { body: '{}' } : {}
        const answer = await served.ask(`${LIVECHAT}/actions`, { method, headers: { ...JSON_TYPE, origin }, ...body })
        expect(answer.status).toBe(403)
        expect(answer.headers['access-control-allow-origin']).toBeUndefined()
      }
    }
  )

  it('from another port or scheme of this machine is refused', async () => {
    for (const origin of [
      `http://127.0.0.1:${Number(port()) + 1}`,
      `https://${host()}`,
      `http://localhost:${port()}`,
    ]) {
      expect((await served.ask(API, { headers: { origin } })).status).toBe(403)
    }
  })

  it.each(['cross-site', 'same-site'])('that a browser calls %s is refused below /api only', async (site) => {
    const headers = { 'sec-fetch-site': site }
    expect((await served.ask(API, { headers })).status).toBe(403)
    expect((await served.ask(`${LIVECHAT}/media?url=https://files.example.com/x`, { headers })).status).toBe(403)
    // Somebody follows a link to the page.
    expect((await served.ask('/', { headers })).status).toBe(200)
  })

  it('changes nothing', async () => {
    const before = served.page.known()
    const body = JSON.stringify({ type: 'addUser', name: 'Mallory' })
    const path = `${LIVECHAT}/actions`
    for (const foreign of [
      { origin: 'https://evil.example' },
      { host: 'evil.example' },
      { 'sec-fetch-site': 'cross-site' },
    ]) {
      const headers: Record<string, string> = { ...JSON_TYPE }
      for (const [name, value] of Object.entries(foreign)) headers[name] = value
      expect((await served.ask(path, { method: 'POST', headers, body })).status).toBe(403)
    }
    expect(served.page.known().view.users).toEqual(before.view.users)
  })

  it('is answered with a sentence and not with what it asked for', async () => {
    const { json } = await served.ask(API, { headers: { host: 'evil.example' } })
    expect(json).toEqual({ error: expect.stringMatching(/^This page answers to the names 127\.0\.0\.1 and localhost/) })
  })
})

describe('a request of the page itself', () => {
  it('is answered under every name of this machine', async () => {
    for (const name of ['127.0.0.1', 'localhost', '[::1]']) {
      for (const own of [name, `${name}:${port()}`]) {
        const headers = { host: own, origin: `http://${own}`, 'sec-fetch-site': 'same-origin' }
        expect((await served.ask(API, { headers })).status).toBe(200)
      }
    }
  })
})

describe('every answer', () => {
  it.each([
    ['the page', '/', 200],
    ['the providers', API, 200],
    ['the settings', `${LIVECHAT}/settings`, 200],
    ['the log', `${LIVECHAT}/log`, 200],
    ['nothing', '/nothing.js', 404],
    ['an unknown provider', `${API}/acme/log`, 404],
    ['an unreadable address', `${LIVECHAT}/media?url=nonsense`, 400],
    ['a call that never was', `${LIVECHAT}/calls/999999`, 422],
  ])('with %s has the headers that keep it to this page', async (_what, path, status) => {
    const answer = await served.ask(path)
    expect(answer.status).toBe(status)
    expect(guardsOf(answer)).toMatchObject({ ...GUARDED, policy: expect.stringContaining("frame-ancestors 'none'") })
  })

  it('has a policy that lets nothing from elsewhere in, and no inline script', async () => {
    const policy = found(guardsOf(await served.ask('/')).policy, 'policy')
    expect(policy).toContain("default-src 'self'")
    expect(policy).toMatch(/script-src 'self'(;|$)/)
    expect(policy).not.toMatch(/https?:|\*|unsafe-eval/)
  })
})

describe('the built page', () => {
  it('is served with its scripts, which run by the policy', async () => {
    const page = await served.ask('/')
    expect(page.headers['content-type']).toMatch(/^text\/html/)
    const scripts = [...page.text.matchAll(/<script[^>]*>/g)].map(([tag]) => tag)
    expect(scripts.length).toBeGreaterThan(0)
    for (const tag of scripts) {
      const [, src = ''] = /src="\.?\/?([^"]+)"/.exec(tag) ?? []
      const script = await served.ask(`/${src}`)
      expect(script.status).toBe(200)
      expect(script.headers['content-type']).toMatch(/javascript/)
    }
  })

  it.each([
    '/../package.json',
    '/..%2f..%2fpackage.json',
    '/..%2fpackage.json',
    '/%2e%2e/package.json',
    '/%2e%2e%2fpackage.json',
    '/assets/../../package.json',
    '/assets/%2e%2e/%2e%2e/package.json',
    '/..%5c..%5cpackage.json',
    '//etc/passwd',
    '/%2fetc%2fpasswd',
    '/%00',
    '/%',
    '/.build-stamp/../../src/api.ts',
  ])('gives nothing of what lies beside it at %s', async (path) => {
    const answer = await served.ask(path)
    const secret = readFileSync(new URL('../../sandbox-page/package.json', import.meta.url), 'utf8')
    expect(answer.text).not.toContain('"name"')
    expect(answer.text).not.toContain('root:')
    expect(answer.text.includes(secret)).toBe(false)
    expect(answer.status).toBeGreaterThanOrEqual(400)
    expect(answer.status).toBeLessThan(500)
  })
})
