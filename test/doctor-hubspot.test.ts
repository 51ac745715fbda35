import { chmodSync, readdirSync, statSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { defaultSeed, hubspot } from '../packages/emulator/src/providers/hubspot/index'
import { hubspotStage } from '../packages/sandbox/src/providers/hubspot'
import { ADDRESS, callsIn, useDoctor } from './doctor-kit/world'

const world = useDoctor('hubspot', hubspot, hubspotStage.settings)
const args = ['--webhook-url', ADDRESS]

const CONNECTION = 'Client ID, client secret, refresh token, app and scopes'

test('settings that are right pass every check, and nothing is made', async () => {
  const w = world()
  for (const _ of ['once', 'and once more']) {
    const { code, marks } = await w.run({}, { args })
    expect(marks).toEqual([
      '✓ Settings: complete and well formed',
      `✓ ${CONNECTION}: account 243842089, app 1160452`,
      '✓ Developer API key: may list the channels of the app',
      expect.stringMatching(/^✓ Help Desk or inbox: "\w.*"$/),
      '✓ Channel of the bot: registration would make it',
      '✓ Webhooks of the app: registration would enter the address and the subscriptions',
    ])
    expect(code).toBe(0)
  }
})

test('a dry run calls nothing, and names the calls that are really made', async () => {
  const w = world()
  const before = w.read()
  const { lines } = await w.run({}, { args: ['--dry-run'] })
  expect(w.calls).toEqual([])
  expect(w.read()).toBe(before)
  await w.run()
  expect(w.calls.length).toBe(6)
  expect(callsIn(lines)).toEqual(w.calls)
})

test('what may be called further is in the table of the dry run too', async () => {
  const w = world()
  w.vendor.subscribeByHand(ADDRESS)
  const { lines } = await w.run({ helpDeskId: '404' }, { args: ['--dry-run'] })
  await w.run({}, { args })
  const perhaps = lines.flatMap((line) => /^ {2}perhaps (.*)$/.exec(line)?.[1] ?? [])
  const further = w.calls.filter((call) => !callsIn(lines).includes(call))
  expect(further.length).toBe(2)
  expect(perhaps).toEqual(expect.arrayContaining(further))
})

test('webhooks that are there already are recognised', async () => {
  const w = world()
  w.vendor.subscribeByHand(ADDRESS)
  expect((await w.run({}, { args })).said).toContain('✓ Webhooks of the app: all there')
  w.vendor.subscribeByHand(`${ADDRESS}0`)
  expect((await w.run({}, { args })).said).toContain('they go to another address: registration would tell')
})

test('webhooks that the key may not see are no failure, as at a registration', async () => {
  const w = world()
  const fault = { kind: 'status', status: 403, body: { category: 'MISSING_SCOPES' } } as const
  w.emulator.faults.add({ match: 'GET /webhooks/v3', fault })
  const { code, lines } = await w.run({}, { args })
  expect(code).toBe(0)
  const at = lines.indexOf('– Webhooks of the app: could not be seen')
  expect(lines.slice(at + 1, at + 3)).toEqual([
    expect.stringContaining('HubSpot refused GET'),
    '    Registration goes on without it, and tells what to do by hand.',
  ])
})

describe('another refresh token that HubSpot gives', () => {
  const KEPT = /HubSpot gave another refresh token: it is in (\S+) now\. Use that one in Botpress/

  test('takes the place of the one in the file, whose other text and permissions stay', async () => {
    const w = world()
    const { refreshToken, ...others } = w.settings
    const start = `\uFEFF{ "refreshToken" :  ${JSON.stringify(refreshToken)},\n\n`
    const rest = `${JSON.stringify(others).slice(1)}\n\n`
    w.write(start + rest)
    chmodSync(w.file, 0o640)
    const { code, said } = await w.run({}, { args })
    const { currentRefreshToken = '' } = w.vendor
    expect(currentRefreshToken).not.toBe(refreshToken)
    expect(w.read()).toBe(start.replace(String(refreshToken), currentRefreshToken) + rest)
    expect(statSync(w.file).mode & 0o777).toBe(0o640)
    expect(readdirSync(w.folder)).toEqual(['settings.json'])
    expect(KEPT.exec(said)?.[1]).toBe(w.file)
    expect(said.match(new RegExp(KEPT, 'g'))?.length).toBe(1)
    expect(said).not.toContain(currentRefreshToken)
    expect(code).toBe(0)
  })

  test('is kept although a later check fails', async () => {
    const w = world()
    const { code, said } = await w.run({ helpDeskId: '404' }, { args })
    expect(code).toBe(1)
    expect(said).toMatch(KEPT)
    expect(JSON.parse(w.read())).toEqual({
      ...w.settings,
      helpDeskId: '404',
      refreshToken: w.vendor.currentRefreshToken,
    })
  })

  test('is not spoken of when it is the same', async () => {
    const w = world()
    w.vendor.configure({ rotateRefreshTokens: false })
    const before = w.read()
    expect((await w.run({}, { args })).said).not.toMatch(KEPT)
    expect(w.read()).toBe(before)
  })
})

describe('a wrong setting is named with its fix', () => {
  const notRun = `– Help Desk or inbox: not run: it needs "${CONNECTION}"`
  const needsKey = ['Channel of the bot', 'Webhooks of the app'].map(
    (title) => `– ${title}: not run: it needs "Developer API key"`
  )
  test.each<[string, Record<string, unknown>, string, string, string[]]>([
    ['clientId', { clientId: 'nobody' }, CONNECTION, 'HubSpot knows no app with the setting "clientId".', [notRun]],
    ['clientSecret', { clientSecret: 'not-the-secret' }, CONNECTION, 'refused the setting "clientSecret"', [notRun]],
    ['refreshToken', { refreshToken: 'na1-dead-token' }, CONNECTION, 'refused the setting "refreshToken"', [notRun]],
    [
      'developerApiKey',
      { developerApiKey: 'na1-of-others' },
      'Developer API key',
      'the setting "developerApiKey"',
      needsKey,
    ],
    ['helpDeskId', { helpDeskId: '404' }, 'Help Desk or inbox', 'HubSpot knows no Help Desk or inbox "404"', []],
  ])('%s', async (_, changes, title, fix, left) => {
    const { code, lines, marks } = await world().run(changes, { args })
    expect(code).toBe(1)
    expect(lines[lines.indexOf(`✗ ${title}: failed`) + 1]).toContain(fix)
    expect(marks.filter((line) => line.startsWith('✗'))).toEqual([`✗ ${title}: failed`])
    expect(marks.filter((line) => line.includes('not run'))).toEqual(left)
  })

  test('with what there is instead', async () => {
    const { said } = await world().run({ helpDeskId: '404' }, { args })
    for (const { id, name } of defaultSeed.inboxes) expect(said).toContain(`${name} (${id})`)
  })
})

describe('settings without a refresh token', () => {
  test('leave out what needs the connection, and give no address that nobody could use', async () => {
    const w = world()
    const { code, marks, said, last } = await w.run({ refreshToken: '' }, { args })
    expect(marks.slice(1)).toEqual([
      expect.stringMatching(
        /^– .*: left out: the setting "refreshToken" is empty, so the account is to be connected in/
      ),
      '✓ Developer API key: may list the channels of the app',
      '– Help Desk or inbox: left out: it needs the connection',
      '✓ Channel of the bot: registration would make it',
      '✓ Webhooks of the app: registration would enter the address and the subscriptions',
    ])
    expect(last).toContain('3 of 5 checks passed, 2 left out. Connect the account in the browser after the deployment')
    expect(said).not.toMatch(/oauth\/authorize|state=/)
    expect(code).toBe(0)
    expect(w.vendor.tokenRequests).toBe(0)
  })

  test('are still wrong when another one is', async () => {
    const { code } = await world().run({ refreshToken: undefined, developerApiKey: 'na1-of-others' }, { args })
    expect(code).toBe(1)
  })

  test('say so in a dry run too', async () => {
    const w = world()
    const { lines } = await w.run({ refreshToken: '' }, { args: ['--dry-run'] })
    await w.run({ refreshToken: '' })
    expect(callsIn(lines)).toEqual(w.calls)
    expect(w.calls.length).toBe(3)
  })
})

test('as a program it finds the same, and keeps the refresh token', async () => {
  const w = world()
  expect(await w.start(['--config', w.file])).toEqual({ code: 0, output: expect.stringContaining('5 of 5 checks') })
  expect(JSON.parse(w.read())).toEqual({ ...w.settings, refreshToken: w.vendor.currentRefreshToken })
  w.write({ ...JSON.parse(w.read()), developerApiKey: 'na1-of-others' })
  const bad = await w.start(['--config', w.file])
  expect(bad).toEqual({ code: 1, output: expect.stringContaining('HubSpot refused the setting "developerApiKey".') })
})
