import { afterAll, beforeAll, expect, it } from 'vitest'
import { accountsPlaceholder, dataCenters, salesIqPlaceholder } from '../src/providers/zoho-salesiq'
import { coverage } from '../src/providers/zoho-salesiq/coverage'
import { accountsHost, salesIqHost, ZohoKit } from './zoho-salesiq-kit'

let kit: ZohoKit
beforeAll(async () => {
  kit = await ZohoKit.start()
})
afterAll(() => kit.close())

const routesOf = (host: string, placeholder: string) =>
  (kit.siq.hosts[host]?.routes ?? []).map(({ method, path }) => `${method} ${placeholder}${path}`)

const rowsThat = (exist: boolean) => coverage.filter((row) => (row.status !== 'missing') === exist)

it.each(Object.values(dataCenters))(
  'lists every route of $salesiq as supported or partial, and no other',
  (dataCenter) => {
    const routes = [
      ...routesOf(dataCenter.accounts, accountsPlaceholder),
      ...routesOf(dataCenter.salesiq, salesIqPlaceholder),
    ]
    expect(
      rowsThat(true)
        .map(({ route }) => route)
        .toSorted()
    ).toEqual(routes.toSorted())
  }
)

it('serves the accounts and SalesIQ hosts of nine data centres', () => {
  expect(Object.keys(kit.siq.hosts)).toHaveLength(18)
  expect(Object.keys(kit.siq.hosts)).toEqual(
    expect.arrayContaining(['accounts.zohocloud.ca', 'salesiq.zohocloud.ca', 'accounts.zoho.com.au', 'salesiq.zoho.in'])
  )
})

it('lists each route once, and says what is not there', () => {
  const listed = coverage.map(({ route }) => route)
  expect(new Set(listed).size).toBe(listed.length)
  expect(kit.siq.coverage).toBe(coverage)
  expect(coverage.filter((row) => row.status !== 'supported' && !row.note)).toEqual([])
})

it.each(rowsThat(false).map(({ route }) => route))('answers a loud 501 to %s', async (route) => {
  const [method = '', address = ''] = route.split(' ')
  const host = address.startsWith(accountsPlaceholder) ? accountsHost : salesIqHost
  const path = address.replace(/^\{\w+\}/, '')
  expect((await kit.request(host, path, { method })).status).toBe(501)
  expect(kit.emulator.unlisted).toContain(`zoho-salesiq ${method} ${path} at ${host}`)
  expect(kit.emulator.journal.entries.at(-1)?.label).toContain('unlisted route')
})

it('answers 501 to what nobody ever heard of', async () => {
  expect((await kit.request(salesIqHost, '/api/v3/acmeportal/conversations')).status).toBe(501)
})
