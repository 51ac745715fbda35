import { describe, expect, test } from 'vitest'
import { livechat } from '../packages/emulator/src/providers/livechat/index'
import { livechatStage } from '../packages/sandbox/src/providers/livechat'
import { ADDRESS, callsIn, useDoctor } from './doctor-kit/world'

const world = useDoctor('livechat', livechat, livechatStage.settings)
const args = ['--webhook-url', ADDRESS]

const IDENTITY = 'Client ID, organization and redirect address'
const WEBHOOKS = 'Agent token and webhooks'

test('settings that are right pass every check, and nothing is made', async () => {
  const w = world()
  for (const _ of ['once', 'and once more']) {
    const { code, marks, last } = await w.run({}, { args })
    expect(marks).toEqual([
      '✓ Settings: complete and well formed',
      '✓ Form of the agent token: Base64 of an account ID and a token',
      `✓ ${IDENTITY}: LiveChat gave an identity`,
      '✓ Group: exists, its status is "online"',
      `✓ ${WEBHOOKS}: registration would make: incoming_event, chat_deactivated, chat_transferred, user_added_to_chat`,
    ])
    expect(last).toBe(
      'Nothing is wrong with the settings of LiveChat, as far as they were tried: 4 of 4 checks passed.'
    )
    expect(code).toBe(0)
  }
})

test('a dry run calls nothing, and names the calls that are really made', async () => {
  const w = world()
  const { code, lines, last } = await w.run({}, { args: ['--dry-run'] })
  expect(w.calls).toEqual([])
  expect(code).toBe(0)
  expect(last).toBe('Nothing was called.')
  await w.run()
  expect(w.calls.length).toBe(3)
  expect(callsIn(lines)).toEqual(w.calls)
})

test('each call is announced before it is made', async () => {
  const w = world()
  const { lines } = await w.run()
  expect(lines.filter((line) => line.startsWith('  → ')).map((line) => line.slice(4))).toEqual(w.calls)
})

test('webhooks that are there already are recognised', async () => {
  const w = world()
  w.vendor.registerWebhookByHand('incoming_event', ADDRESS, 'a-secret-of-its-own')
  const { said } = await w.run({}, { args })
  expect(said).toContain('registration would make: chat_deactivated, chat_transferred, user_added_to_chat')
})

const NO_GROUP = `– Group: not run: it needs "${IDENTITY}"`

describe('a wrong setting is named with its fix', () => {
  test.each<[string, Record<string, unknown>, string, string, string[]]>([
    [
      'agentToken',
      { agentToken: 'no-base64-of-two' },
      'Form of the agent token',
      'must be the Base64 text',
      [`– ${WEBHOOKS}: not run: it needs "Form of the agent token"`],
    ],
    ['clientId', { clientId: 'nobody' }, IDENTITY, `add ${ADDRESS} to the redirect addresses`, [NO_GROUP]],
    [
      'organizationId',
      { organizationId: '00000000-1111-4222-8333-444455556666' },
      IDENTITY,
      'The setting "',
      [NO_GROUP],
    ],
    [
      'groupId',
      { groupId: 77 },
      'Group',
      'The setting "groupId" names group 77, which does not exist in LiveChat.',
      [],
    ],
    [
      'agentToken',
      { agentToken: Buffer.from('account:dal:another-token').toString('base64') },
      WEBHOOKS,
      'LiveChat refused the setting "agentToken". Create a new personal access token',
      [],
    ],
  ])('%s', async (_, changes, title, fix, notRun) => {
    const { code, lines, marks, last } = await world().run(changes, { args })
    expect(code).toBe(1)
    const at = lines.indexOf(`✗ ${title}: failed`)
    expect(lines[at + 1]).toContain(fix)
    expect(marks.filter((line) => line.startsWith('✗'))).toEqual([`✗ ${title}: failed`])
    expect(marks.filter((line) => line.includes('not run'))).toEqual(notRun)
    expect(last).toContain('1 check has failed for LiveChat; correct what is named above and try again:')
  })

  test('missing: before anything is called', async () => {
    const w = world()
    const { code, lines } = await w.run({ webhookSecret: 'short' })
    expect(lines).toContain('✗ Settings: failed')
    expect(lines).toContain(
      '    The setting "webhookSecret" must have at least 8 characters. Correct it in the LiveChat settings.'
    )
    expect(code).toBe(1)
    expect(w.calls).toEqual([])
  })
})

describe('without the address of the installation', () => {
  test('a placeholder is marked as one, and it is said what is then not conclusive', async () => {
    const { code, lines, last } = await world().run()
    expect(code).toBe(0)
    expect(lines).toContainEqual(
      expect.stringMatching(/^Address of the installation: \S+\/00000000-0000-0000-0000-000000000000 \(a PLACEHOLDER; /)
    )
    expect(last).toMatch(new RegExp(`Not conclusive without --webhook-url: ${IDENTITY}; ${WEBHOOKS}\\.$`))
  })

  test('a check that fails because of it is no success, and is said to be not conclusive', async () => {
    const { code, lines } = await world().run({ clientId: 'nobody' })
    expect(code).toBe(1)
    const at = lines.indexOf(`✗ ${IDENTITY}: failed`)
    expect(lines[at + 2]).toContain('Not conclusive: it was tried with the placeholder address.')
  })
})

describe('when LiveChat', () => {
  test('does not answer, the run ends all the same', async () => {
    const w = world()
    w.emulator.faults.add({ match: 'customer/token', times: 9, fault: { kind: 'hang' } })
    const startedAt = Date.now()
    const { code, said } = await w.run({}, { args, budgetMs: 1_500 })
    expect(Date.now() - startedAt).toBeLessThan(6_000)
    expect(code).toBe(1)
    expect(said).toMatch(/LiveChat(: no time was left| could not be reached) for POST accounts\.livechat\.com/)
    expect(w.calls.length).toBe(1)
  })

  test('repeats the settings in its refusal, none is printed', async () => {
    const w = world()
    const message = JSON.stringify(w.settings)
    const body = { error: { type: 'internal', message } }
    w.emulator.faults.add({ match: 'list_webhooks', times: 9, fault: { kind: 'status', status: 400, body } })
    expect((await w.run({}, { args })).code).toBe(1)
  })
})

test('as a program it ends with the code of its outcome', async () => {
  const w = world()
  const settings = ['--config', w.file]
  const dry = await w.start([...settings, '--dry-run'])
  expect(dry).toEqual({ code: 0, output: expect.stringMatching(/Nothing was called\.\n$/) })
  expect(w.calls).toEqual([])
  expect(await w.start(settings)).toEqual({ code: 0, output: expect.stringContaining('4 of 4 checks passed') })
  expect(w.calls.length).toBe(3)
  w.vendor.revokePat()
  const bad = await w.start(settings)
  expect(bad).toEqual({ code: 1, output: expect.stringContaining(`✗ ${WEBHOOKS}: failed\n    LiveChat refused the`) })
  expect(await w.start()).toEqual({ code: 2, output: expect.stringMatching(/^Failed: Give the file/) })
})
