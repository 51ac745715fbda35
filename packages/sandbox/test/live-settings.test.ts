import { defaultSeed as hubspotSeed } from '@hitl/emulator/hubspot'
import { defaultSeed as livechatSeed } from '@hitl/emulator/livechat'
import { defaultSeed as zohoSeed } from '@hitl/emulator/zoho-salesiq'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { LiveProvider } from '../src/live/live-provider'
import {
  chatOf,
  entries,
  lastStep,
  NAMES,
  openLive,
  type Played,
  playedBy,
  providerOf,
  says,
  shown,
  waiting,
} from './live-kit'

const TYPED = 'wrong-secret-value-0815'

/** The secret that the vendor itself proves, by provider. */
const PROVED = { livechat: 'agentToken', hubspot: 'clientSecret', 'zoho-salesiq': 'clientSecret' } as const

const RIGHT = {
  livechat: Buffer.from(`${livechatSeed.pat.accountId}:${livechatSeed.pat.token}`).toString('base64'),
  hubspot: hubspotSeed.app.clientSecret,
  'zoho-salesiq': zohoSeed.client.secret,
} as const

/** A setting that must not be like this, and what the definition says. */
const MALFORMED = {
  livechat: ['organizationId', 'my company', /organization ID/],
  hubspot: ['appId', 'my app', /must be the number/],
  'zoho-salesiq': ['screenName', 'https://acme', /must be the name alone/],
} as const

describe.each(NAMES)('the settings of %s', (name) => {
  let page: Played
  beforeAll(async () => void (page = await openLive(name)))
  afterAll(() => page.live.close())

  const save = async (changed: Record<string, unknown>) => {
    const { values } = page.live.settings
    return (await page.play({ type: 'saveSettings', values: { ...values, ...changed } })).problems
  }

  it('are a form with a title and a description for each field, without the values of secrets', () => {
    const { schema, values, secrets, sessionSchema, assignmentTimeoutSeconds } = page.live.settings
    const fields = Object.entries(Object(schema['properties']))
    expect(fields.length).toBeGreaterThan(4)
    for (const [field, one] of fields) {
      expect(one).toMatchObject({ title: expect.any(String), description: expect.any(String) })
      expect(Object(one)['writeOnly'] === true).toBe(secrets.includes(field))
    }
    expect(secrets.length).toBeGreaterThan(1)
    expect(Object.keys(values).filter((field) => secrets.includes(field))).toEqual([])
    expect(JSON.stringify(schema)).not.toContain('x-zui')
    const [option] = Object.values(Object(sessionSchema['properties']))
    expect(option).toMatchObject({ title: expect.any(String) })
    expect(assignmentTimeoutSeconds).toBe(0)
  })

  it('are refused field by field, and nothing is changed then', async () => {
    const [field, value, says] = MALFORMED[name]
    const steps = page.known().steps.length
    const before = page.live.settings
    const required = Object.keys(before.values)
    expect(await save({ [field]: value })).toEqual([{ field, message: expect.stringMatching(says) }])
    const { problems } = await page.play({ type: 'saveSettings', values: {} })
    expect(problems?.map((problem) => problem.field).toSorted()).toEqual(required.toSorted())
    expect(page.known().steps).toHaveLength(steps)
    expect(page.live.settings).toEqual(before)
    expect(page.known().view.installation.status).toBe('registered')
  })

  it('keep hidden values that are left empty', async () => {
    const { secrets } = page.live.settings
    expect(await save(Object.fromEntries(secrets.map((secret) => [secret, ''])))).toEqual([])
    expect(page.known().view.installation).toMatchObject({ status: 'registered', reason: null })
    expect(lastStep(page)).toMatchObject({ title: 'The settings are saved, and the integration registers', users: [] })
    const { user, chat } = await waiting(page, 'Eve')
    await says(page, user, 'works as before')
    expect(entries(page, chat, 'contact')).toContain('works as before')
  })

  it('with a wrong secret are saved, and show why the integration does not register, until it is right', async () => {
    const field = PROVED[name]
    expect(await save({ [field]: TYPED })).toEqual([])
    const failed = page.known().view.installation
    expect(failed).toMatchObject({ status: 'registration_failed', reason: expect.stringContaining(field) })
    expect(JSON.stringify(failed)).not.toContain(TYPED)
    expect(await save({ [field]: RIGHT[name] })).toEqual([])
    expect(page.known().view.installation).toMatchObject({ status: 'registered', reason: null })
    const { user } = await waiting(page, 'Tim')
    expect(shown(page, user, 'failure')).toEqual([])
    expect(chatOf(page, user).state).toBe('waiting')
  })

  it('can be put back to those of the emulated account, hidden ones too', async () => {
    await save({ [PROVED[name]]: TYPED })
    expect(page.known().view.installation.status).toBe('registration_failed')
    expect((await page.play({ type: 'useOwnSettings' })).problems).toEqual([])
    expect(page.known().view.installation).toMatchObject({ status: 'registered', reason: null })
  })

  it('keep nothing that the definition does not know', async () => {
    expect(await save({ bogus: 'value' })).toEqual([])
    expect(page.live.settings.values).not.toHaveProperty('bogus')
  })

  it('show no secret that was typed in, in anything the page can ask for', () => {
    const details = page.known().calls.map(({ seq }) => page.live.callDetail(seq))
    const everything = JSON.stringify([page.known(), page.live.settings, page.live.log, details])
    expect(everything.includes(TYPED)).toBe(false)
  })

  it('show none of them after the sandbox was started again either', { timeout: 30_000 }, async () => {
    const again = playedBy(await LiveProvider.open(providerOf(name), page.live.save()))
    const details = again.known().calls.map(({ seq }) => again.live.callDetail(seq))
    const everything = JSON.stringify([again.known(), again.live.settings, details])
    await again.live.close()
    expect(details.length).toBeGreaterThan(5)
    expect([TYPED, RIGHT[name]].filter((secret) => everything.includes(secret))).toEqual([])
  })
})
