import { expect, it } from 'vitest'
import { Kit } from './livechat-kit'

const kit = new Kit()

const routes = Object.entries(kit.lc.hosts).flatMap(([host, app]) =>
  app.routes.map((route) => `${route.method} ${host}${route.path}`)
)

const rowsThat = (exist: boolean) => kit.lc.coverage.filter((row) => (row.status !== 'missing') === exist)

it('lists every route that exists as supported or partial, and no other', () => {
  expect(
    rowsThat(true)
      .map((row) => row.route)
      .toSorted()
  ).toEqual(routes.toSorted())
})

it('has no route for what it calls missing', () => {
  const found = rowsThat(false).filter((row) => routes.includes(row.route))
  expect(found).toEqual([])
})

it('lists each route once, and says what is not there', () => {
  const listed = kit.lc.coverage.map((row) => row.route)
  expect(new Set(listed).size).toBe(listed.length)
  expect(kit.lc.coverage.filter((row) => row.status !== 'supported' && !row.note)).toEqual([])
})

it.each(rowsThat(false).map((row) => row.route))('answers 501 to %s', async (route) => {
  const [method = '', address = ''] = route.split(' ')
  const slash = address.indexOf('/')
  const { status } = await kit.request(address.slice(0, slash), address.slice(slash), { method })
  expect(status).toBe(501)
})
