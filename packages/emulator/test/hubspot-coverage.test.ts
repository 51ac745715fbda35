import { afterAll, beforeAll, expect, it } from 'vitest'
import { apiHost } from '../src/providers/hubspot'
import { coverage } from '../src/providers/hubspot/coverage'
import { HubSpotKit } from './hubspot-kit'

let kit: HubSpotKit
beforeAll(async () => {
  kit = await HubSpotKit.start()
})
afterAll(() => kit.close())

const rowsThat = (exist: boolean) => coverage.filter((row) => (row.status !== 'missing') === exist)

it.each([apiHost, 'api.hubspot.com'])('lists every route of %s as supported or partial, and no other', (host) => {
  const routes = (kit.hub.hosts[host]?.routes ?? []).map(({ method, path }) => `${method} ${apiHost}${path}`)
  expect(
    rowsThat(true)
      .map(({ route }) => route)
      .toSorted()
  ).toEqual(routes.toSorted())
})

it('lists each route once, and says what is not there', () => {
  const listed = coverage.map(({ route }) => route)
  expect(new Set(listed).size).toBe(listed.length)
  expect(kit.hub.coverage).toBe(coverage)
  expect(coverage.filter((row) => row.status !== 'supported' && !row.note)).toEqual([])
  expect(Object.keys(kit.hub.hosts)).toEqual([apiHost, 'api.hubspot.com'])
})

it.each(rowsThat(false).map(({ route }) => route))('answers a loud 501 to %s', async (route) => {
  const [method = '', address = ''] = route.split(' ')
  const path = address.slice(apiHost.length)
  expect((await kit.request(path, { method })).status).toBe(501)
  expect(kit.emulator.unlisted).toContain(`hubspot ${method} ${path} at ${apiHost}`)
  expect(kit.emulator.journal.entries.at(-1)?.label).toContain('unlisted route')
})

it('answers 501 to what nobody ever heard of', async () => {
  expect((await kit.request('/conversations/v4/threads')).status).toBe(501)
})
