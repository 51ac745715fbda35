import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import type { Emulator, Installation } from '../src/index'
import { nested, refusal, ScriptedIntegration, startWorld } from './world'

let emulator: Emulator
let script: ScriptedIntegration
let installation: Installation

beforeAll(async () => {
  emulator = await startWorld()
})

afterAll(() => emulator.close())

beforeEach(async () => {
  emulator.reset()
  const installed = await ScriptedIntegration.install(emulator)
  script = installed.script
  installation = installed.installation
})

const received = () => nested(script.of('webhook_received').at(-1)?.body, 'req')

it('passes method, path, query, lower-case headers and the exact body', async () => {
  const body = '{"a": 1,  "ü": "✓"}'
  const headers = { 'X-Vendor-Signature': 'abc', 'content-type': 'application/json' }
  await fetch(`${emulator.url}/${installation.webhookId}/events/new?x=1&y=a%20b`, { method: 'POST', headers, body })
  expect(received()).toMatchObject({
    method: 'POST',
    path: '/events/new',
    query: 'x=1&y=a%20b',
    body,
    headers: { 'x-vendor-signature': 'abc', host: 'webhook.botpress.cloud' },
  })
})

it.each(['GET', 'HEAD'])('passes %s without a body', async (method) => {
  await fetch(`${emulator.url}/${installation.webhookId}`, { method })
  expect(received()).toMatchObject({ method, path: '/', query: '' })
  expect(received()).not.toHaveProperty('body')
})

it('passes status, headers and body of the answer through', async () => {
  script.answers['webhook_received'] = () => ({
    status: 303,
    headers: { location: 'https://x', 'x-a': 'b' },
    body: 'go',
  })
  const answer = await fetch(`${emulator.url}/${installation.webhookId}`, { redirect: 'manual' })
  expect([answer.status, answer.headers.get('location'), answer.headers.get('x-a')]).toEqual([303, 'https://x', 'b'])
  expect(await answer.text()).toBe('go')
})

it('answers 404 at an unknown address without invoking anything', async () => {
  expect((await fetch(`${emulator.url}/b7ddc9c2-0000-4000-8000-000000000000`)).status).toBe(404)
  expect(script.of('webhook_received')).toEqual([])
})

it('routes OAuth callbacks by state and global webhooks by identifier', async () => {
  await fetch(`${emulator.url}/oauth/wizard/start?state=${installation.webhookId}&code=c`)
  expect(received()).toMatchObject({ path: '/oauth/wizard/start', query: `state=${installation.webhookId}&code=c` })
  installation.options.identify = ({ body }) => body
  installation.identifier = 'portal-1'
  const url = `${emulator.url}/integration/global/acme`
  expect((await fetch(url, { method: 'POST', body: 'portal-2' })).status).toBe(404)
  expect((await fetch(url, { method: 'POST', body: 'portal-1' })).status).toBe(200)
})

it('gives the bundle every header of the protocol', () => {
  const [register] = script.of('register')
  expect(register?.body).toEqual({ webhookUrl: `https://webhook.botpress.cloud/${installation.webhookId}` })
  expect(register?.headers).toMatchObject({
    'x-bot-id': emulator.botpress.botId,
    'x-bot-user-id': emulator.botpress.botId,
    'x-integration-id': installation.id,
    'x-integration-alias': 'acme',
    'x-webhook-id': installation.webhookId,
    'x-bp-operation': 'register',
    'x-bp-configuration': Buffer.from('{"apiKey":"k"}').toString('base64'),
  })
})

it('records a refused registration with its reason, and a later success', async () => {
  script.answers['register'] = () => refusal('The API key is wrong')
  await installation.configure({ apiKey: 'bad' })
  expect([installation.status, installation.statusReason]).toEqual(['registration_failed', 'The API key is wrong'])
  delete script.answers['register']
  await installation.configure({ apiKey: 'good' })
  expect([installation.status, installation.statusReason]).toEqual(['registered', null])
})

it('closes the address when uninstalled', async () => {
  await installation.uninstall()
  expect(script.of('unregister')[0]?.body).toEqual({ webhookUrl: installation.webhookUrl })
  expect((await fetch(`${emulator.url}/${installation.webhookId}`)).status).toBe(404)
})

it('spreads invocations over several instances and reports one that is gone', async () => {
  const served: string[] = []
  const instance = (name: string) => () => {
    served.push(name)
    return Promise.resolve({ status: 200, body: '{}' })
  }
  installation.run([instance('a'), instance('b')])
  await installation.ping()
  await installation.ping()
  expect(served.toSorted()).toEqual(['a', 'b'])
  installation.run(() => Promise.reject(new Error('gone')))
  expect((await fetch(`${emulator.url}/${installation.webhookId}`)).status).toBe(502)
})
