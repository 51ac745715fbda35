import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readAccount } from '../scripts/deploy/account'
import { adminApi } from '../scripts/deploy/admin-api'
import { askWhetherPublished } from '../scripts/deploy/published'
import { type AdminServer, startAdminServer, TOKEN, WORKSPACE } from './deploy-kit/admin-server'

let server: AdminServer
beforeEach(async () => {
  server = await startAdminServer()
})
afterEach(async () => {
  expect(server.strange).toEqual([])
  await server.close()
})

const ask = (changes: { token?: string; workspaceId?: string; apiUrl?: string } = {}, callMs?: number) => {
  const account = { token: TOKEN, workspaceId: WORKSPACE, apiUrl: server.url, ...changes }
  const api = adminApi(account, { pauseMs: 1, ...(callMs ? { callMs } : {}) })
  return askWhetherPublished(api, account.workspaceId, { name: 'acme', version: '1.2.3' })
}

const own = '/v1/admin/integrations/team%2Facme/1.2.3'
const hub = '/v1/admin/hub/integrations/team%2Facme/1.2.3'

test('a version that nobody has is new', async () => {
  expect(await ask()).toEqual({ fullName: 'team/acme', isPublished: false })
  expect(server.requests).toEqual([`/v1/admin/workspaces/${WORKSPACE}`, own, hub])
})

test('a version in the workspace is published', async () => {
  server.own.add('team/acme@1.2.3')
  expect(await ask()).toEqual({ fullName: 'team/acme', isPublished: true })
})

test('so is a public one', async () => {
  server.hub.add('team/acme@1.2.3')
  expect(await ask()).toEqual({ fullName: 'team/acme', isPublished: true })
})

test('another version and another name are not this one', async () => {
  for (const one of ['team/acme@1.2.4', 'acme@1.2.3', 'others/acme@1.2.3']) server.own.add(one)
  expect(await ask()).toMatchObject({ isPublished: false })
})

describe('a refusal is told in one sentence without the token', () => {
  const expectRefusal = async (asked: Promise<unknown>, sentence: RegExp) => {
    const error: unknown = await asked.catch((thrown: unknown) => thrown)
    expect(String(error)).toMatch(sentence)
    expect(String(error)).not.toContain(TOKEN)
  }

  test('of the token', () => expectRefusal(ask({ token: 'another-token' }), /refuses BP_TOKEN .* \(401\)/))
  test('of the workspace', () => expectRefusal(ask({ workspaceId: 'wkspace_02' }), /refuses BP_TOKEN .* \(403\)/))
  test('of a workspace without a handle', () => {
    server.handle = undefined
    return expectRefusal(ask(), /has no handle yet/)
  })
  test('of an address where nobody listens', () =>
    expectRefusal(ask({ apiUrl: 'http://127.0.0.1:1' }), /cannot be reached/))
  test('of a page that is not there', async () => {
    server.faults.push({ status: 404, body: '<html>Not found</html>' })
    await expectRefusal(ask(), /status 404; check BP_API_URL/)
  })
  test('of a page that is no JSON', async () => {
    server.faults.push({ status: 200, body: '<html>Welcome</html>' })
    await expectRefusal(ask(), /no JSON; check BP_API_URL/)
  })
  test('of a way to another address, where the token must not go', async () => {
    server.faults.push(...Array.from({ length: 3 }, () => ({ status: 302, headers: { location: '/elsewhere' } })))
    await expectRefusal(ask(), /cannot be reached/)
    expect(server.requests).not.toContain('/elsewhere')
  })
  test('of a page in the middle of the way, which is not taken for a new version', async () => {
    server.faults.push({ status: 200, body: { id: WORKSPACE, handle: 'team' } }, { status: 404, body: '<html>' })
    await expectRefusal(ask(), /status 404/)
  })
})

describe('what passes is asked again', () => {
  test.each([
    ['500', { status: 500 }],
    ['502 with a page', { status: 502, body: '<html>' }],
    ['429 with a time', { status: 429, headers: { 'retry-after': '0' } }],
    ['429 with the time of Botpress', { status: 429, headers: { 'ratelimit-reset': '0' } }],
    ['a connection that breaks', 'cut' as const],
  ])('%s', async (_, fault) => {
    server.faults.push(fault, fault)
    expect(await ask()).toMatchObject({ isPublished: false })
    expect(server.requests.length).toBe(5)
  })

  test('but not for ever', async () => {
    server.faults.push({ status: 503 }, { status: 503 }, { status: 503 })
    await expect(ask()).rejects.toThrow('Botpress answers with status 503; try again later.')
    expect(server.requests.length).toBe(3)
  })

  test('an answer that does not come is not waited for', async () => {
    server.faults.push('hang', 'hang', 'hang')
    await expect(ask({}, 50)).rejects.toThrow('cannot be reached')
  })
})

describe('the account', () => {
  const account = { BP_TOKEN: TOKEN, BP_WORKSPACE_ID: WORKSPACE }

  test('comes from the environment, with the usual address', () => {
    expect(readAccount(account)).toEqual({ token: TOKEN, workspaceId: WORKSPACE, apiUrl: 'https://api.botpress.cloud' })
    expect(readAccount({ ...account, BP_API_URL: 'https://api.example.com/' })).toMatchObject({
      apiUrl: 'https://api.example.com',
    })
    expect(readAccount({ ...account, BP_API_URL: '' })).toMatchObject({ apiUrl: 'https://api.botpress.cloud' })
  })

  test('may be absent', () => {
    expect(readAccount({ BP_API_URL: 'https://api.example.com' })).toBeUndefined()
    // As a workflow passes a secret that is not set.
    expect(readAccount({ BP_TOKEN: '', BP_WORKSPACE_ID: '' })).toBeUndefined()
  })

  test.each([
    [{ BP_WORKSPACE_ID: undefined }, 'BP_WORKSPACE_ID is not'],
    [{ BP_TOKEN: undefined }, 'BP_TOKEN is not'],
    [{ BP_TOKEN: 'two\nlines' }, 'a space or a line break'],
    [{ BP_API_URL: 'http://api.example.com' }, 'has to be an https address'],
    [{ BP_API_URL: 'api.example.com' }, 'has to be an https address'],
  ])('%j is refused', (changes, sentence) => {
    expect(() => readAccount({ ...account, ...changes })).toThrow(sentence)
  })
})
