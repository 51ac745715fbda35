import { defaultSeed } from '@hitl/emulator/hubspot'
import { afterEach, describe, expect, it } from 'vitest'
import * as z from 'zod/mini'
import { failures, HELP_DESK, heardTexts, type Journey, openJourney } from './journey-world'

let world: Journey
afterEach(() => world.shut())

/** Installed without a refresh token. */
async function open(settings: Record<string, unknown> = {}) {
  world = await openJourney({ settings: { refreshToken: '', ...settings }, hurried: false })
  world.provider.allowRedirect(`${world.installation.webhookUrl}/oauth`)
}

/** The address that saving has answered with. */
function offered(): string {
  const [address = 'none'] = /https:\/\/app\.hubspot\S+/.exec(world.installation.statusReason ?? '') ?? []
  return address
}

/** The browser goes where it is sent. */
async function follow(end: string) {
  const { pathname, search } = new URL(end)
  const response = await fetch(`${world.emulator.url}${pathname}${search}`)
  return { status: response.status, page: await response.text() }
}

const answer = z.object({ refresh_token: z.string() })
const givenRefreshToken = () =>
  world.emulator.journal.entries.flatMap(({ response }) => answer.safeParse(response).data?.refresh_token ?? []).at(-1)

/** HubSpot gives a refresh token with each renewal, and the registration proves the connection by one. */
const RENEWALS = 1

const connect = (address = offered()) => follow(world.provider.consentTo(address))

async function expectWorkingSession() {
  const user = await world.escalated()
  world.anna.take(world.threadId(user))
  world.anna.reply(world.threadId(user), 'hello from HubSpot')
  await world.settle()
  expect(heardTexts(user)).toEqual(['hello from HubSpot'])
  expect(failures(user)).toEqual([])
}

describe('without a refresh token', () => {
  it('saving names the setting, the redirect address to enter, and the address to open', async () => {
    await open()
    const { status, statusReason, webhookUrl } = world.installation
    expect(status).toBe('registration_failed')
    expect(statusReason).toContain('the setting "refreshToken" is empty')
    expect(statusReason).toContain(`Enter ${webhookUrl}/oauth as redirect URL`)
    expect(new URL(offered()).searchParams.get('redirect_uri')).toBe(`${webhookUrl}/oauth`)
    expect(world.leaks()).toEqual([])
  })

  it('connecting in the browser makes channel, account and webhooks, and a session works; the next saving is fine', async () => {
    await open()
    const { status, page } = await connect()
    expect([status, page]).toEqual([200, expect.stringContaining('HubSpot is connected')])
    await expectWorkingSession()
    await world.installation.register()
    expect(world.installation.status).toBe('registered')
    expect(world.leaks()).toEqual([])
  })

  it('the connection is renewed with what it gave, and outlives a wrong client secret', async () => {
    await open()
    await connect()
    await world.installation.register()
    const right = { ...world.installation.configuration }
    await world.installation.configure({ ...right, clientSecret: 'not-the-secret-at-all' })
    expect(world.installation.statusReason).toContain('"clientSecret"')
    await world.installation.configure(right)
    expect(world.installation.status).toBe('registered')
    world.leap(61 * 60_000)
    await expectWorkingSession()
    expect(world.leaks()).toEqual([])
  })

  it('a connection that HubSpot has ended is said, with a new address, and asked for a few times at most', async () => {
    await open()
    await connect()
    const user = await world.escalated()
    world.provider.revokeRefreshToken(givenRefreshToken())
    world.leap(61 * 60_000)
    const before = world.provider.tokenRequests
    for (let times = 0; times < 20; times += 1) await user.say('is anybody there?')
    await world.emulator.settled()
    expect(failures(user)).toHaveLength(20)
    expect(world.provider.tokenRequests - before).toBeLessThanOrEqual(3)
    await world.installation.register()
    expect(world.installation.statusReason).toContain('HubSpot has ended the connection')
    expect((await connect()).status).toBe(200)
    await user.say('the line works again')
    await world.settle()
    expect(failures(user)).toHaveLength(20)
    expect(world.leaks()).toEqual([])
  })

  it('a page that is loaded again, also after a renewal, exchanges nothing and says the same', async () => {
    await open()
    const end = world.provider.consentTo(offered())
    await follow(end)
    await world.installation.register()
    const codes = () =>
      world.emulator.journal.entries.filter(({ response }) => answer.safeParse(response).success).length
    world.provider.expireAccessTokens()
    await expectWorkingSession()
    const before = codes()
    expect(await follow(end)).toMatchObject({ status: 200, page: expect.stringContaining('HubSpot is connected') })
    expect(codes() - before).toBe(RENEWALS)
  })

  it('a refresh token that was entered meanwhile is told of, and nothing is changed', async () => {
    await open()
    const end = world.provider.consentTo(offered())
    await world.installation.configure({ ...world.installation.configuration, refreshToken: defaultSeed.refreshToken })
    const { status, page } = await follow(end)
    expect([status, page]).toEqual([400, expect.stringContaining('The setting &quot;refreshToken&quot; is filled in')])
  })

  it('what nobody agreed to changes nothing', async () => {
    await open()
    const { status, page } = await follow(world.provider.consentTo(offered(), 'decline'))
    expect([status, page]).toEqual([400, expect.stringContaining('Nobody gave access')])
    await expect(world.escalated()).rejects.toThrow(/not connected/)
  })

  it('a pasted refresh token keeps working', async () => {
    await open()
    await world.installation.configure({
      ...world.installation.configuration,
      refreshToken: defaultSeed.refreshToken,
    })
    expect(world.installation.status).toBe('registered')
    await expectWorkingSession()
  })

  it('an inbox that does not exist is shown on the page with those that do, and works when corrected', async () => {
    await open({ helpDeskId: '1' })
    const { page } = await connect()
    expect(page).toContain('something is left')
    expect(page).toContain(HELP_DESK)
    await world.installation.configure({ ...world.installation.configuration, helpDeskId: HELP_DESK })
    expect(world.installation.status).toBe('registered')
    await expectWorkingSession()
  })
})
