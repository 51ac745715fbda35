import { describe, expect, test } from 'vitest'
import { defaultSeed, zohoSalesIq } from '../packages/emulator/src/providers/zoho-salesiq/index'
import { zohoSalesIqStage } from '../packages/sandbox/src/providers/zoho-salesiq'
import { ADDRESS, callsIn, useDoctor } from './doctor-kit/world'

const world = useDoctor('zoho-salesiq', zohoSalesIq, zohoSalesIqStage.settings)
const args = ['--webhook-url', ADDRESS]

const CONNECTION = 'Data center, client ID, client secret and refresh token'
const BRAND = 'Screen name, brand and department'

test('settings that are right pass every check with one access token, and nothing is made', async () => {
  const w = world()
  for (const times of [1, 2]) {
    const { code, marks, said } = await w.run({}, { args })
    expect(marks.slice(1)).toEqual([
      '✓ Webhook public key: none is needed, or it is one',
      `✓ ${CONNECTION}: Zoho gave an access token`,
      `✓ ${BRAND}: brand "Acme Shop", department "Support"`,
      '✓ ORG client: the connection may speak for visitors',
      '✓ Webhook: registration would make it',
    ])
    expect(said).toContain('(uses one of the ten access tokens that Zoho gives per refresh token in ten minutes)')
    expect(w.vendor.tokenRequests).toBe(times)
    for (const token of w.vendor.liveTokens) expect(said).not.toContain(token)
    expect(code).toBe(0)
  }
})

test('a dry run calls nothing, and names the calls that are really made', async () => {
  const w = world()
  const { lines } = await w.run({}, { args: ['--dry-run'] })
  expect(w.calls).toEqual([])
  await w.run()
  expect(w.calls.length).toBe(4)
  expect(callsIn(lines)).toEqual(w.calls)
})

test('a dry run follows the data center', async () => {
  const { lines } = await world().run({ dataCenter: 'ca' }, { args: ['--dry-run'] })
  expect(callsIn(lines).map((call) => call.split(/[ /]/)[1])).toEqual([
    'accounts.zohocloud.ca',
    ...Array.from({ length: 3 }, () => 'salesiq.zohocloud.ca'),
  ])
})

describe('a wrong setting is named with its fix', () => {
  const [client, user] = [defaultSeed.client.id, defaultSeed.userRefreshToken ?? '']
  const afterConnection = [BRAND, 'ORG client'].map((title) => `– ${title}: not run: it needs "${CONNECTION}"`)
  const noWebhook = `– Webhook: not run: it needs "${CONNECTION}", "${BRAND}"`
  const nothing = [...afterConnection, noWebhook]
  const noBrand = [`– Webhook: not run: it needs "${BRAND}"`]
  test.each<[string, Record<string, unknown>, string, string, string[]]>([
    ['webhookPublicKey', { webhookPublicKey: 'no key' }, 'Webhook public key', 'is no RSA public key', []],
    ['clientId', { clientId: `${client}0` }, CONNECTION, 'no client of the setting "clientId"', nothing],
    ['clientSecret', { clientSecret: 'not-it' }, CONNECTION, 'refused the setting "clientSecret"', nothing],
    ['refreshToken', { refreshToken: '1000.dead' }, CONNECTION, 'refused the setting "refreshToken"', nothing],
    ['appId', { appId: '77' }, BRAND, 'SalesIQ knows no brand "77" (setting "appId").', noBrand],
    ['departmentId', { departmentId: '77' }, BRAND, 'Its departments are: Support (', noBrand],
    ['ORG client', { refreshToken: user }, 'ORG client', 'needs the token of an ORG client', []],
  ])('%s', async (_, changes, title, fix, left) => {
    const { code, lines, marks } = await world().run(changes, { args })
    expect(code).toBe(1)
    expect(lines[lines.indexOf(`✗ ${title}: failed`) + 1]).toContain(fix)
    expect(marks.filter((line) => line.startsWith('✗'))).toEqual([`✗ ${title}: failed`])
    expect(marks.filter((line) => line.includes('not run'))).toEqual(left)
  })
})

test('a disabled brand is told of, though it is no failure', async () => {
  const w = world()
  const body = {
    data: { name: 'Acme Shop', enabled: false, departments: [{ [String(w.settings['departmentId'])]: 'S' }] },
  }
  w.emulator.faults.add({ match: '/apps/', fault: { kind: 'status', status: 200, body } })
  const { code, said } = await w.run({}, { args })
  expect(said).toContain('    The brand of the setting "appId" is disabled in SalesIQ')
  expect(code).toBe(0)
})

test('a secret that Zoho repeats is hidden, one of the settings as well as one that was just obtained', async () => {
  const w = world()
  const obtained = 'an-access-token-that-was-just-obtained'
  const { clientSecret, departmentId } = w.settings
  const answer = (match: string, body: unknown) =>
    w.emulator.faults.add({ match, fault: { kind: 'status', status: 200, body } })
  answer('/token', { access_token: obtained, expires_in: 3600 })
  answer('/apps/', {
    data: { name: `${String(clientSecret)} ${obtained}`, departments: [{ [String(departmentId)]: 'S' }] },
  })
  const { said } = await w.run({}, { args })
  expect(said).toContain('brand "*** ***"')
  expect(said).not.toContain(obtained)
})

test('what may be called further is in the table of the dry run too', async () => {
  const w = world()
  w.emulator.faults.add({ match: '/apps/', fault: { kind: 'status', status: 200, body: { data: { name: 'Acme' } } } })
  await w.run({}, { args })
  const { lines } = await w.run({}, { args: ['--dry-run'] })
  expect(lines).toContain(`  perhaps ${w.calls.find((call) => call.includes('/departments'))}`)
})

test('a webhook made by hand is not looked for', async () => {
  const w = world()
  const { publicKey = '' } = w.vendor.registerWebhookByHand(ADDRESS, ['conversation.operator.replied'], {
    secured: true,
  })
  const { lines } = await w.run({ webhookPublicKey: publicKey }, { args: ['--dry-run'] })
  const { said, calls } = { ...(await w.run({}, { args })), calls: w.calls }
  expect(said).toContain('✓ Webhook: made by hand, by the settings: registration would make none')
  expect(callsIn(lines)).toEqual(calls)
})

test('a webhook that may not be seen is no failure, as at a registration', async () => {
  const w = world()
  w.vendor.configure({ webhookApi: 'refused' })
  const { code, lines } = await w.run({}, { args })
  expect(code).toBe(0)
  expect(lines[lines.indexOf('– Webhook: could not be seen') + 1]).toContain('SalesIQ refused GET webhooks')
})

test('settings without a refresh token leave out what needs the connection', async () => {
  const w = world()
  const { code, marks, said } = await w.run({ refreshToken: '' }, { args })
  expect(marks.slice(1).map((line) => line.slice(0, 1))).toEqual(['✓', '–', '–', '–', '–'])
  expect(said).not.toMatch(/oauth\/v2\/org\/auth|state=/)
  expect(w.calls).toEqual([])
  expect(code).toBe(0)
})

test('as a program it finds the same', async () => {
  const w = world()
  expect(await w.start(['--config', w.file])).toEqual({ code: 0, output: expect.stringContaining('5 of 5 checks') })
  w.write({ ...w.settings, screenName: 'nobody' })
  const bad = await w.start(['--config', w.file])
  expect(bad).toEqual({ code: 1, output: expect.stringContaining('SalesIQ knows no portal "nobody"') })
})
