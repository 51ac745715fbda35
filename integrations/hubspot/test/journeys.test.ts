import { defaultSeed, defaultSettings, type HubSpotSettings, rateLimitFault } from '@hitl/emulator/hubspot'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import {
  ANNA,
  announced,
  BEN,
  CHANNELS,
  CLOSE,
  COMMENT,
  endings,
  failures,
  heard,
  heardTexts,
  heardTypes,
  HELP_DESK,
  type Journey,
  type JourneyOptions,
  openJourney,
  RETURNS,
  SALES,
  TOKEN,
} from './journey-world'

const MINUTE = 60_000
const SCOPES = defaultSeed.scopes

let world: Journey
const open = async (options: JourneyOptions = {}) => {
  world = await openJourney(options)
}

/** Whatever a test does, nothing secret or private gets out, and nothing is called that HubSpot does not have. */
const assertClean = () => {
  expect(world.leaks()).toEqual([])
  expect(world.emulator.unlisted).toEqual([])
}

/** For tests that need an installation of their own. */
const eachOpensAWorld = () =>
  afterEach(async () => {
    assertClean()
    await world.shut()
  })

/** For tests that need no more than a user of their own. */
const allShareAWorld = (options: JourneyOptions = {}) => {
  beforeAll(() => open({ hurried: false, ...options }))
  afterEach(() => {
    assertClean()
    if (!options.hurried) world.unhurry()
    world.emulator.faults.clear()
    world.provider.configure({ ...defaultSettings, closedThread: 'refuse', ...options.hubspot })
  })
  afterAll(() => world.shut())
}

type User = Parameters<Journey['thread']>[0]

const mark = () => world.emulator.journal.mark()
/** Calls to HubSpot besides a renewal of the token, which is due twice an hour. */
const calls = (since: number) => world.vendorCalls(since).filter((call) => call !== 'POST token')
const settings = () => world.installation.configuration
const refused = (status: number) => ({ kind: 'status', status }) as const
const lost = (when: 'before' | 'after') => ({ kind: 'drop', when }) as const
const isOpen = ({ status, archived }: { status: string; archived: boolean }) => status === 'OPEN' && !archived
const openThreads = () => world.ours().filter(isOpen).length
/** What the user's thread holds from them, after the opening. */
const incoming = (user: User) =>
  world
    .thread(user)
    .messages.filter(({ direction }) => direction === 'INCOMING')
    .slice(1)
const said = (user: User) => incoming(user).map(({ text }) => text)
const comments = (user: User) =>
  world
    .thread(user)
    .messages.filter(({ isComment }) => isComment)
    .map(({ text }) => text)
/** A message as the agent's page shows it. */
const message = (threadId: string, id: string) => world.provider.thread(threadId).messages.find((one) => one.id === id)

const escalated = (person?: Parameters<Journey['escalated']>[0]) => world.escalated(person)

/** A session that an agent has taken. */
const attended = async (person: Parameters<Journey['escalated']>[0] = {}) => {
  const user = await escalated(person)
  world.anna.take(world.threadId(user))
  await world.settle()
  return user
}

/** Both directions, and the end. */
const expectWorkingSession = async (person: Parameters<Journey['escalated']>[0] = {}) => {
  const user = await attended(person)
  await user.say('is anybody there?')
  const replyId = world.anna.reply(world.threadId(user), 'yes, it is me')
  await world.settle()
  expect(announced(user)).toEqual([ANNA.name])
  expect(heard(user)).toEqual([[ANNA.name, 'yes, it is me']])
  expect(said(user)).toEqual(['is anybody there?'])
  expect(message(world.threadId(user), replyId)).toMatchObject({ status: 'SENT' })
  world.anna.close(world.threadId(user))
  await world.settle()
  expect(endings(user)).toBe(1)
  expect(user.hitlActive).toBe(false)
  expect(world.thread(user).status).toBe('CLOSED')
  expect(failures(user)).toEqual([])
}

/** What there is in HubSpot for the bot. */
const setUp = () => ({
  channels: world.provider.channels.length,
  accounts: world.provider.channelAccounts.map(({ inboxId, authorized }) => [inboxId, authorized]),
  target: world.provider.webhookSettings?.targetUrl,
  subscriptions: world.provider.subscriptions.map(({ propertyName, active }) => [propertyName, active]),
})
const complete = () => ({
  channels: 1,
  accounts: [[HELP_DESK, true]],
  target: world.installation.webhookUrl,
  subscriptions: [
    ['assignedTo', true],
    ['status', true],
  ],
})

describe('settings', () => {
  allShareAWorld({ hurried: true })
  /** Each wrong one may ask for a token, of which twenty are asked for in ten minutes at most. */
  afterEach(() => world.leap(11 * MINUTE))

  it('that are right make one channel, one account, the target and two subscriptions', () => {
    expect(world.installation.status).toBe('registered')
    expect(setUp()).toEqual(complete())
    expect(world.installation.configureRequests).toEqual([{ scheduleRegisterCall: 'daily' }])
    expect(world.provider.channels[0]).toMatchObject({ name: 'Botpress', webhookUrl: world.installation.webhookUrl })
  })

  it.each([
    ['developerApiKey', 'unknown', { developerApiKey: 'na1-the-key-of-somebody-else-0000' }],
    ['developerApiKey', 'missing', { developerApiKey: ' ' }],
    ['appId', 'of another app', { appId: '1160453' }],
    ['appId', 'with a word', { appId: 'App 1160452' }],
    ['clientId', 'unknown', { clientId: 'eeeeeeee-9999-4000-8000-000000000001' }],
    ['clientId', 'missing', { clientId: '' }],
    ['clientSecret', 'wrong', { clientSecret: 'eeeeeeee-9999-4000-8000-000000000002' }],
    ['refreshToken', 'unknown', { refreshToken: 'na1-eeeeeeee-9999-4000-8000-000000000003' }],
    ['refreshToken', 'missing', { refreshToken: '' }],
    ['helpDeskId', 'unknown', { helpDeskId: '1431487499' }],
    ['helpDeskId', 'a whole address', { helpDeskId: 'https://app.hubspot.com/help-desk/243842089/1431487401' }],
  ])('with %s %s are refused by name, and work at once when corrected', async (setting, _, wrong) => {
    const right = { ...settings() }
    await world.installation.configure({ ...right, ...wrong })
    expect(world.installation.status).toBe('registration_failed')
    expect(world.installation.statusReason).toContain(`"${setting}"`)
    expect(world.leaks()).toEqual([])
    await world.installation.configure(right)
    expect(world.installation.status).toBe('registered')
    expect(setUp()).toEqual(complete())
  })

  it('may have blanks around every value', async () => {
    const right = { ...settings() }
    const spaced = Object.fromEntries(Object.entries(right).map(([name, value]) => [name, ` \t${String(value)}\n`]))
    await world.installation.configure(spaced)
    expect(world.installation.status).toBe('registered')
    expect(setUp()).toEqual(complete())
    await expectWorkingSession()
    await world.installation.configure(right)
  })

  it('saved again, also on a fresh instance, make nothing new', async () => {
    const before = setUp()
    await world.installation.register()
    await world.restart(1)
    await world.installation.register()
    expect(world.installation.status).toBe('registered')
    expect(setUp()).toEqual(before)
    await expectWorkingSession()
  })
})

describe('a connection', () => {
  eachOpensAWorld()

  it.each([
    ['conversations.custom_channels.write', 'files'],
    ['conversations.read', 'conversations.write'],
  ])('without the scope %s is refused with its name, and works with a token that has it', async (missing, harmless) => {
    const scopes = SCOPES.filter((scope) => scope !== missing && scope !== 'files')
    await open({ seed: { scopes } })
    expect(world.installation.status).toBe('registration_failed')
    expect(world.installation.statusReason).toContain('"refreshToken"')
    expect(world.installation.statusReason).toContain(missing)
    expect(world.installation.statusReason).not.toContain(` ${harmless}`)
    expect(world.provider.channels).toEqual([])
    const [redirectUri = ''] = defaultSeed.app.redirectUris
    const code = world.provider.grantCode({ scopes: SCOPES })
    const answer = await world.askForToken({ grant_type: 'authorization_code', code, redirect_uri: redirectUri })
    await world.installation.configure({ ...settings(), refreshToken: answer.refresh_token })
    expect(world.installation.status).toBe('registered')
    await expectWorkingSession()
  })

  it('without the scopes for files and contacts works, with links and without the contact', async () => {
    const scopes = SCOPES.filter((scope) => scope !== 'files' && !scope.startsWith('crm.'))
    await open({ seed: { scopes } })
    expect(world.installation.status).toBe('registered')
    const user = await attended({ email: 'tom.field@example.com' })
    const fileUrl = world.emulator.files.put('invoice.pdf', '%PDF-1.7', 'application/pdf')
    await user.send({ type: 'file', payload: { fileUrl, title: 'invoice.pdf' } })
    await world.settle()
    expect(said(user)).toEqual([`invoice.pdf: ${fileUrl}`])
    expect(failures(user)).toEqual([])
  })

  it('saved at the same time on two instances makes one channel, one account and two subscriptions', async () => {
    await open({ instances: 2, settings: { helpDeskId: '1431487499' } })
    expect(world.installation.status).toBe('registration_failed')
    world.installation.configuration = { ...settings(), helpDeskId: HELP_DESK }
    await Promise.all([world.installation.register(), world.installation.register()])
    expect(world.installation.status).toBe('registered')
    expect(setUp()).toEqual(complete())
    await expectWorkingSession()
  })

  it.each([
    ['the channel', `POST ${CHANNELS}`],
    ['the account', '/channel-accounts'],
    ['the target', 'PUT /webhooks/v3/'],
    ['a subscription', 'POST /webhooks/v3/'],
  ])(
    'whose call for %s gets no answer is complete after the next save, and nothing is there twice',
    async (_, call) => {
      await open({ settings: { helpDeskId: '1431487499' } })
      world.fail(call, lost('after'))
      await world.installation.configure({ ...settings(), helpDeskId: HELP_DESK })
      await world.installation.register()
      expect(world.installation.status).toBe('registered')
      expect(setUp()).toEqual(complete())
    }
  )

  it('that fails half way because HubSpot is down is completed by the next save', async () => {
    await open({ settings: { helpDeskId: '1431487499' } })
    world.fail('/channel-accounts', refused(503), 20)
    await world.installation.configure({ ...settings(), helpDeskId: HELP_DESK })
    expect(world.installation.status).toBe('registration_failed')
    expect(world.installation.statusReason).toContain('HubSpot')
    world.emulator.faults.clear()
    await world.installation.register()
    expect(world.installation.status).toBe('registered')
    expect(setUp()).toEqual(complete())
  })

  it('follows the Help Desk of the settings, and sessions of the one before go on', async () => {
    await open()
    const user = await attended()
    await world.installation.configure({ ...settings(), helpDeskId: SALES })
    expect(world.installation.status).toBe('registered')
    expect(setUp().accounts).toEqual([
      [HELP_DESK, true],
      [SALES, true],
    ])
    expect(setUp().channels).toBe(1)
    const second = await escalated({ name: 'Ben' })
    expect([world.thread(user).inboxId, world.thread(second).inboxId]).toEqual([HELP_DESK, SALES])
    await user.say('still in the old place')
    world.anna.reply(world.threadId(user), 'and so am I')
    await world.settle()
    expect(said(user)).toEqual(['still in the old place'])
    expect(heardTexts(user)).toEqual(['and so am I'])
    await world.installation.configure({ ...settings(), helpDeskId: HELP_DESK })
    expect(world.provider.channelAccounts).toHaveLength(2)
  })

  it('that was taken away is off at HubSpot, and comes back with the same channel', async () => {
    await open()
    const [channel] = world.provider.channels
    const { webhookUrl } = world.installation
    const elsewhere = { hitlSession: { inboxId: SALES } }
    await escalated(elsewhere)
    await world.installation.invoke('unregister', { webhookUrl })
    expect(setUp()).toEqual({
      channels: 1,
      accounts: [
        [HELP_DESK, false],
        [SALES, false],
      ],
      target: undefined,
      subscriptions: [
        ['assignedTo', false],
        ['status', false],
      ],
    })
    await world.restart(1)
    await world.installation.register()
    expect(world.installation.status).toBe('registered')
    const accounts = [
      [HELP_DESK, true],
      [SALES, false],
    ]
    expect(setUp()).toEqual({ ...complete(), accounts })
    expect(world.provider.channels[0]?.id).toBe(channel?.id)
    await expectWorkingSession()
    await expectWorkingSession({ name: 'Ben', ...elsewhere })
    expect(world.provider.channelAccounts.map(({ authorized }) => authorized)).toEqual([true, true])
  })

  it('whose note is lost finds everything again', async () => {
    await open()
    world.emulator.botpress.store.states.clear()
    await world.restart(1)
    await world.installation.configure({ ...settings(), refreshToken: await world.newRefreshToken() })
    expect(world.installation.status).toBe('registered')
    expect(setUp()).toEqual(complete())
    await expectWorkingSession()
  })

  it('whose account was switched off in HubSpot stays off, and says so, until the integration is added anew', async () => {
    await open()
    const [account] = world.provider.channelAccounts
    const path = `${CHANNELS}/${account?.channelId}/channel-accounts/${account?.id}`
    expect(await world.askHubSpot('PATCH', path, { json: { authorized: false } })).toBe(200)
    const user = await world.newcomer()
    await expect(user.escalate({ title: 'Help' })).rejects.toThrow(/switched off in HubSpot .* Switch it on under/)
    await world.installation.register()
    expect(world.installation.statusReason).toMatch(/switched off in HubSpot/)
    expect(world.provider.channelAccounts.map(({ authorized }) => authorized)).toEqual([false])
    await world.installation.invoke('unregister', { webhookUrl: world.installation.webhookUrl })
    await world.installation.register()
    await expectWorkingSession()
    expect(setUp()).toEqual(complete())
  })

  it('whose channel was removed in HubSpot gets another one', async () => {
    await open()
    const [channel] = world.provider.channels
    world.leap(20 * MINUTE)
    await expectWorkingSession()
    expect(await world.askHubSpot('DELETE', `${CHANNELS}/${channel?.id}`, { asApp: true })).toBe(204)
    await expectWorkingSession({ name: 'Ben' })
    expect(world.provider.channels.map(({ archived }) => archived)).toEqual([true, false])
  })

  it('whose app was uninstalled goes away all the same, and says what is left', async () => {
    await open()
    world.provider.uninstall()
    const { status } = await world.installation.uninstall()
    expect(status).toBe(200)
    expect(world.logs()).toMatch(/could not be switched off/)
  })
})

describe('a new channel that HubSpot does not know everywhere yet', () => {
  eachOpensAWorld()
  const slow = { hubspot: { channelPropagationMs: 90_000 } }
  const IN_PROGRESS = /needs a while before it can be used/

  it('does not keep the registration waiting, which is asked for again and finishes later', async () => {
    const before = Date.now()
    await open(slow)
    expect(Date.now() - before).toBeLessThan(30_000)
    expect(world.installation.status).toBe('registered')
    expect(world.logs()).toMatch(IN_PROGRESS)
    expect(world.installation.configureRequests.at(-1)).toEqual({ scheduleRegisterCall: 'hourly' })
    expect(setUp()).toEqual({ ...complete(), accounts: [] })
    await world.settle()
    await world.installation.register()
    expect(world.installation.status).toBe('registered')
    expect(world.installation.configureRequests.at(-1)).toEqual({ scheduleRegisterCall: 'daily' })
    expect(setUp()).toEqual(complete())
    await expectWorkingSession()
  })

  it('is finished once by two first sessions on two instances', async () => {
    await open(slow)
    await world.restart(2)
    world.leap(2 * MINUTE)
    const users = await Promise.all(['Ana', 'Ben'].map((name) => world.newcomer({ name })))
    await Promise.all(users.map((user) => user.escalate({ title: 'Help' })))
    await world.settle()
    expect(setUp()).toEqual(complete())
    expect(users.map((user) => user.hitlActive)).toEqual([true, true])
  })

  it('is not made twice by saving again meanwhile, on other instances too', async () => {
    await open(slow)
    await world.restart(2)
    await Promise.all([world.installation.register(), world.installation.register()])
    expect(setUp()).toEqual({ ...complete(), accounts: [] })
    await world.settle()
    await world.installation.register()
    expect(setUp()).toEqual(complete())
  })

  it('lets the first session fail in plain words, and the next one finish the set-up', async () => {
    await open(slow)
    const user = await world.newcomer()
    await expect(user.escalate({ title: 'Help' })).rejects.toThrow(/HubSpot.*cannot use it yet.*[Tt]ry again/)
    expect(user.hitlActive).toBe(false)
    expect(world.ours()).toEqual([])
    await world.settle()
    expect(setUp().accounts).toEqual([])
    await user.say('one more time please')
    await user.escalate({ title: 'Help' })
    await world.settle()
    expect(user.hitlActive).toBe(true)
    expect(setUp()).toEqual(complete())
    await expectWorkingSession({ name: 'Ben' })
  })
})

describe('the webhooks of the app', () => {
  eachOpensAWorld()
  const STEPS = /set the target URL to/g
  const tellings = () => world.logs().match(STEPS)?.length ?? 0
  const ELSEWHERE = 'https://webhook.botpress.cloud/of-another-bot'

  it('that the API may not change are told as steps to do by hand, once', async () => {
    await open({ hubspot: { webhooksByApi: 'refused' } })
    expect(world.installation.status).toBe('registered')
    await world.installation.register()
    await world.restart(1)
    await world.installation.register()
    expect(tellings()).toBe(1)
    expect(world.logs()).toContain(world.installation.webhookUrl)
    expect(world.logs()).toMatch(/assignedTo.*status/)
    expect(setUp()).toEqual({ ...complete(), target: undefined, subscriptions: [] })
  })

  it('that were set up by hand bring assignment and end', async () => {
    await open({ hubspot: { webhooksByApi: 'refused' } })
    world.provider.subscribeByHand(world.installation.webhookUrl)
    await expectWorkingSession()
    await world.installation.register()
    expect(world.installation.status).toBe('registered')
    expect(tellings()).toBe(1)
  })

  it('that were set up by hand stay when the bot goes', async () => {
    await open({ hubspot: { webhooksByApi: 'refused' } })
    world.provider.subscribeByHand(world.installation.webhookUrl)
    world.provider.configure({ webhooksByApi: 'allowed' })
    await world.installation.register()
    await world.installation.uninstall()
    expect(setUp().target).toBe(world.installation.webhookUrl)
    expect(setUp().subscriptions).toEqual(complete().subscriptions)
  })

  it('that go elsewhere are neither taken over nor taken away', async () => {
    await open({ before: (provider) => provider.subscribeByHand(ELSEWHERE) })
    expect(world.installation.status).toBe('registered')
    expect(tellings()).toBe(1)
    expect(world.logs()).toMatch(/another address/)
    expect(setUp()).toEqual({ ...complete(), target: ELSEWHERE })
    await world.installation.uninstall()
    expect(setUp().target).toBe(ELSEWHERE)
    expect(setUp().subscriptions).toEqual(complete().subscriptions)
  })

  it('are not needed for messages both ways and for the end by the user', async () => {
    await open({ hubspot: { webhooksByApi: 'refused' } })
    const user = await escalated()
    await user.say('is anybody there?')
    world.anna.reply(world.threadId(user), 'yes, it is me')
    await world.settle()
    expect(heard(user)).toEqual([[ANNA.name, 'yes, it is me']])
    expect(said(user)).toEqual(['is anybody there?'])
    await user.end()
    await world.settle()
    expect(world.thread(user).status).toBe('CLOSED')
  })

  it('with paused subscriptions of the account are switched on, and paused again in the end', async () => {
    const subscriptions = (['assignedTo', 'status'] as const).map((propertyName) => ({
      eventType: 'conversation.propertyChange' as const,
      propertyName,
      active: false,
    }))
    await open({
      before: (provider) => {
        provider.subscribeByHand('https://webhook.botpress.cloud/to-be-replaced', subscriptions)
      },
      hubspot: {},
    })
    world.provider.subscribeByHand(world.installation.webhookUrl, subscriptions)
    await world.installation.register()
    expect(setUp().subscriptions).toEqual(complete().subscriptions)
    await expectWorkingSession()
    await world.installation.uninstall()
    expect(setUp().subscriptions).toEqual([
      ['assignedTo', false],
      ['status', false],
    ])
  })
})

describe('tokens', () => {
  eachOpensAWorld()
  const asked = () => world.provider.tokenRequests

  it.each([true, false])(
    'that expired in mid-session are renewed once for all instances (rotation: %s)',
    async (on) => {
      await open({ instances: 3, hubspot: { rotateRefreshTokens: on } })
      const users = await Promise.all(['Ana', 'Ben', 'Cleo', 'Dora'].map((name) => escalated({ name })))
      const before = asked()
      world.provider.expireAccessTokens()
      const lines = ['first of three', 'second of three', 'third of three']
      await Promise.all(users.flatMap((user) => lines.map((line) => user.say(line))))
      await world.emulator.settled()
      expect(asked()).toBe(before + 1)
      for (const user of users) {
        expect(failures(user)).toEqual([])
        expect(said(user).toSorted()).toEqual(lines.toSorted())
      }
    }
  )

  it('serve for most of half an hour, and are renewed before they end', async () => {
    await open()
    const user = await escalated()
    const before = asked()
    world.leap(20 * MINUTE)
    await user.say('twenty minutes later')
    await world.emulator.settled()
    expect(asked()).toBe(before)
    world.leap(6 * MINUTE)
    const since = mark()
    await user.say('nearly half an hour later')
    await world.emulator.settled()
    expect(world.vendorCalls(since)).toEqual(['POST token', 'POST channels/…/messages'])
    expect(failures(user)).toEqual([])
  })

  it('go on through a day of sessions on changing instances, although each renewal changes the refresh token', async () => {
    await open()
    const user = await escalated()
    const first = world.provider.currentRefreshToken
    for (let round = 0; round < 8; round += 1) {
      world.leap(3 * 60 * MINUTE)
      if (round % 4 === 0) await world.restart(2)
      await user.say(`message number ${round}`)
      await world.emulator.settled()
    }
    await world.installation.register()
    expect(world.installation.status).toBe('registered')
    expect(failures(user)).toEqual([])
    expect(said(user)).toHaveLength(8)
    expect(world.provider.currentRefreshToken).not.toBe(first)
  })

  it('are reused by cold instances, for messages, starts and stops', async () => {
    await open()
    const user = await escalated()
    await world.restart(3)
    const before = asked()
    await Promise.all([user.say('one of two'), user.say('two of two'), escalated({ name: 'Ben' })])
    await world.emulator.settled()
    await user.end()
    await world.emulator.settled()
    expect(asked()).toBe(before)
    expect(said(user).slice(0, 2).toSorted()).toEqual(['one of two', 'two of two'])
  })

  it.each([
    ['was revoked', () => world.provider.revokeRefreshToken()],
    ['ended with the app', () => world.provider.uninstall()],
  ])('whose consent %s fail in words that say reconnect, after a bounded number of requests', async (_, end) => {
    await open()
    const user = await escalated()
    end()
    const before = asked()
    for (let round = 0; round < 3; round += 1) {
      await world.restart(2)
      for (let line = 0; line < 5; line += 1) await user.say(`hello, line ${round}${line}`)
      await world.emulator.settled()
    }
    expect(failures(user)).toHaveLength(15)
    expect(failures(user).filter((text) => !/connect the account again/i.test(text))).toEqual([])
    const newcomer = await world.newcomer({ name: 'Ben' })
    await expect(newcomer.escalate({ title: 'Help' })).rejects.toThrow(/connect the account again/i)
    expect(asked() - before).toBeLessThanOrEqual(3)
    await world.installation.register()
    expect(world.installation.statusReason).toContain('"refreshToken"')

    await world.installation.configure({ ...settings(), refreshToken: await world.newRefreshToken() })
    expect(world.installation.status).toBe('registered')
    await user.say('connected once again')
    world.anna.reply(world.threadId(user), 'good to have you back')
    await world.settle()
    expect(said(user)).toEqual(['connected once again'])
    expect(heardTexts(user)).toEqual(['good to have you back'])
  })

  it('are not stormed for while HubSpot limits them', async () => {
    await open()
    const user = await escalated()
    world.provider.expireAccessTokens()
    world.fail(TOKEN, rateLimitFault('TEN_SECONDLY_ROLLING'), 50)
    const since = mark()
    for (let round = 0; round < 2; round += 1) {
      await world.restart(2)
      await Promise.all([user.say(`please ${round}, now`), user.say(`please ${round}, soon`)])
      await world.emulator.settled()
    }
    expect(failures(user)).toHaveLength(4)
    expect(failures(user).filter((text) => !/try again in a few minutes/i.test(text))).toEqual([])
    expect(world.entries('vendor', TOKEN, since)).toHaveLength(1)
    world.emulator.faults.clear()
    world.leap(6 * MINUTE)
    await user.say('five minutes have passed')
    await world.emulator.settled()
    expect(said(user)).toEqual(['five minutes have passed'])
  })

  it('survive a wrong save, though the refresh token has been replaced since', async () => {
    await open()
    const right = { ...settings() }
    await world.installation.configure({ ...right, clientSecret: 'eeeeeeee-9999-4000-8000-000000000002' })
    expect(world.installation.statusReason).toMatch(/clientSecret/)
    world.leap(11 * MINUTE)
    await world.restart(1)
    await world.installation.configure(right)
    expect(world.installation.statusReason).toBeNull()
    await expectWorkingSession()
  })

  it('are asked for at most twenty times in ten minutes, whatever happens, and once to prove the settings', async () => {
    await open()
    const user = await escalated()
    for (let round = 0; round < 30; round += 1) {
      world.provider.expireAccessTokens()
      world.leap(18_000)
      if (round === 15) await world.restart(1)
      await user.say(`message number ${round}`)
      await world.emulator.settled()
    }
    const times = world.entries('vendor', TOKEN).flatMap(({ at, label }) => (label.endsWith('/token') ? [at] : []))
    const isNear = (start: number, at: number) => at >= start && at < start + 9.9 * MINUTE
    const most = Math.max(...times.map((start) => times.filter((at) => isNear(start, at)).length))
    expect(most).toBeLessThanOrEqual(20 + 1)
  })
})

describe('a start', () => {
  allShareAWorld()

  const opening = (user: User) => world.thread(user).messages.find(({ direction }) => direction === 'INCOMING')
  const HISTORY = /^Conversation with the bot so far:\nAna: hello\nBot: .*escalated/

  it('is one open thread in the Help Desk: title and description by the user, the history for agents only', async () => {
    const before = mark()
    const user = await escalated()
    expect(calls(before)).toEqual(['POST channels/…/messages', 'POST threads/…/messages'])
    const thread = world.thread(user)
    expect(thread).toMatchObject({ status: 'OPEN', archived: false, inboxId: HELP_DESK, ticketId: expect.any(String) })
    expect(thread.integrationThreadIds).toEqual([user.downstreamConversationId])
    expect(thread.messages).toHaveLength(2)
    expect(opening(user)).toMatchObject({
      text: 'Help\n\nThe printer burns',
      sender: { name: 'Ana' },
      status: 'RECEIVED',
    })
    expect(comments(user)).toEqual([expect.stringMatching(HISTORY)])
    expect(heard(user)).toEqual([])
    expect(failures(user)).toEqual([])
  })

  it('with nothing to say still tells the agent what is wanted', async () => {
    const user = await world.newcomer()
    await user.escalate()
    await world.settle()
    expect(opening(user)?.text).toBe('Would like to talk to a human agent.')
  })

  it('with much to say shows all of it, in order', async () => {
    const user = await world.newcomer()
    const description = Array.from({ length: 3_000 }, (_, index) => `word${index}`).join(' ')
    for (let line = 0; line < 8; line += 1) user.botSays(`${line}: ${'a long answer of the bot '.repeat(100)}`)
    await user.escalate({ title: 'Long', description })
    await world.settle()
    const written = world.thread(user).messages.filter(({ direction }) => direction === 'INCOMING')
    expect(written.length).toBeGreaterThan(1)
    expect(
      written
        .map(({ text }) => text)
        .join(' ')
        .replace('Long\n\n', '')
    ).toBe(description)
    expect(comments(user).length).toBeGreaterThan(1)
    for (let line = 0; line < 8; line += 1) expect(comments(user).join('\n')).toContain(`Bot: ${line}: a long answer`)
  })

  it.each([
    ['e-mail', { email: 'tom.field@example.com' }, '51', 'HS_EMAIL_ADDRESS', 'tom.field@example.com'],
    ['e-mail in capitals', { email: 'Tom.Field@Example.com' }, '51', 'HS_EMAIL_ADDRESS', 'Tom.Field@Example.com'],
    ['phone option', { hitlSession: { phone: '+1 (555) 0199' } }, '52', 'HS_PHONE_NUMBER', '+15550199'],
    ['phone number in place of the e-mail', { email: '+1 555 0100' }, '51', 'HS_PHONE_NUMBER', '+15550100'],
  ])('finds the contact by %s', async (_, person, contact, type, value) => {
    const before = mark()
    const user = await escalated(person)
    expect(world.thread(user).associatedContactId).toBe(contact)
    expect(opening(user)?.sender?.deliveryIdentifier).toEqual({ type, value })
    expect(calls(before)).toHaveLength(3)
  })

  it('of somebody HubSpot does not know makes no contact, and is answered all the same', async () => {
    const user = await escalated({ email: 'nobody@example.com' })
    expect(world.thread(user).associatedContactId).not.toBe('51')
    expect(opening(user)?.sender?.deliveryIdentifier).toEqual({ type: 'HS_EMAIL_ADDRESS', value: 'nobody@example.com' })
    expect(world.entries('vendor', 'POST /crm/v3/objects/contacts')).not.toContainEqual({ status: 201 })
    world.anna.reply(world.threadId(user), 'welcome to our shop')
    await world.settle()
    expect(heardTexts(user)).toEqual(['welcome to our shop'])
  })

  it.each([
    ['fails', refused(500)],
    ['is refused', refused(403)],
    ['is limited', rateLimitFault('SECONDLY')],
  ])('whose look for the contact %s goes on without', async (_, fault) => {
    world.hurry()
    world.fail('/crm/v3/objects/contacts', fault, 9)
    const user = await escalated({ email: 'tom.field@example.com' })
    expect(user.hitlActive).toBe(true)
    expect(opening(user)?.sender?.deliveryIdentifier?.value).toBe('tom.field@example.com')
  })

  it('with a phone number nobody could call fails in plain words, and opens nothing', async () => {
    const before = openThreads()
    await expect(escalated({ hitlSession: { phone: '0199' } })).rejects.toThrow(/phone number.*country code/)
    expect(openThreads()).toBe(before)
  })

  it('never tells HubSpot the address that Botpress made up', async () => {
    const user = await escalated()
    await user.say('do you know my address?')
    await user.end()
    await world.settle()
    const told = world.emulator.journal.entries.filter(({ kind, provider }) => kind === 'vendor' && provider)
    expect(told.length).toBeGreaterThan(5)
    expect(JSON.stringify(told)).not.toContain('no-reply.')
    expect(opening(user)?.sender?.deliveryIdentifier?.type).toBe('CHANNEL_SPECIFIC_OPAQUE_ID')
  })

  it('may go to another inbox, whose account is made once', async () => {
    const user = await attended({ hitlSession: { inboxId: SALES } })
    expect(world.thread(user)).toMatchObject({ inboxId: SALES, status: 'OPEN' })
    await user.say('in the sales inbox')
    world.anna.reply(world.threadId(user), 'sales speaking here')
    await world.settle()
    expect(said(user)).toEqual(['in the sales inbox'])
    expect(heardTexts(user)).toEqual(['sales speaking here'])
    await world.restart(1)
    const again = await escalated({ name: 'Ben', hitlSession: { inboxId: SALES } })
    expect(world.thread(again).inboxId).toBe(SALES)
    expect(world.thread(await escalated()).inboxId).toBe(HELP_DESK)
    expect(world.provider.channelAccounts.map(({ inboxId }) => inboxId)).toEqual([HELP_DESK, SALES])
  })

  it('of two at once in a new inbox makes its account once', async () => {
    world.hurry()
    const users = await Promise.all(['Ana', 'Ben'].map((name) => world.newcomer({ name })))
    await Promise.all(users.map((user) => user.escalate({ title: 'Hi', hitlSession: { inboxId: RETURNS } })))
    await world.settle()
    expect(users.map((user) => world.thread(user).inboxId)).toEqual([RETURNS, RETURNS])
    expect(world.provider.channelAccounts.filter(({ inboxId }) => inboxId === RETURNS)).toHaveLength(1)
  })

  it.each(['1431487499', 'Sales', '../../contacts'])('in the inbox "%s" fails in plain words', async (inboxId) => {
    const before = world.ours().length
    await expect(escalated({ hitlSession: { inboxId } })).rejects.toThrow(/Help Desk or inbox/)
    expect(world.ours()).toHaveLength(before)
    expect((await escalated()).hitlActive).toBe(true)
  })

  it('that is repeated is the same session, at once and a moment later', async () => {
    const user = await world.newcomer()
    const before = world.ours().length
    await user.escalate({ title: 'Only once' })
    const input = world.lastStart()
    await world.restart(2)
    const answers = await Promise.all([1, 2].map(() => world.installation.action('startHitl', input)))
    expect(answers.map(({ conversationId }) => conversationId)).toEqual([1, 2].map(() => user.downstreamConversationId))
    await world.settle()
    expect(world.ours()).toHaveLength(before + 1)
    expect(incoming(user)).toEqual([])
    expect(comments(user)).toHaveLength(1)
  })

  it('called twice at the same moment on two instances is one thread', async () => {
    const user = await world.newcomer()
    await user.escalate({ title: 'The first of all' })
    await world.restart(2)
    world.hurry()
    const input = { ...world.lastStart(), title: 'Both at once' }
    const before = world.ours().length
    const answers = await Promise.all([1, 2].map(() => world.installation.action('startHitl', input)))
    expect(new Set(answers.map(({ conversationId }) => conversationId)).size).toBe(1)
    expect(world.ours()).toHaveLength(before + 1)
    await world.restart(1)
  })

  it.each([
    ['refused', refused(400), 9],
    ['forbidden', refused(403), 1],
    ['refused because the account is being moved', refused(477), 1],
    ['down', refused(500), 9],
    ['locked for long', { ...refused(423), headers: { 'retry-after': '600' } }, 9],
    ['limited for the day', rateLimitFault('DAILY'), 9],
  ])('whose message is %s fails loudly, and leaves nothing behind', async (_, fault, times) => {
    world.hurry()
    const user = await world.newcomer()
    const before = { threads: world.ours().length, conversations: world.botpress().conversations }
    world.fail(world.publish(), fault, times)
    await expect(user.escalate({ title: 'Help' })).rejects.toThrow(/HubSpot/)
    world.emulator.faults.clear()
    await world.settle()
    expect({ threads: world.ours().length, conversations: world.botpress().conversations }).toEqual(before)
    expect(user.hitlActive).toBe(false)
    await user.say('one more time please')
    await user.escalate({ title: 'Help' })
    await world.settle()
    expect(world.ours()).toHaveLength(before.threads + 1)
    expect(opening(user)?.text).toBe('Help')
  })

  it('whose message is not reached fails loudly, and does not stand in the way of the next one', async () => {
    world.hurry()
    const user = await world.newcomer()
    world.fail(world.publish(), lost('before'), 9)
    await expect(user.escalate({ title: 'Help' })).rejects.toThrow(/HubSpot/)
    world.emulator.faults.clear()
    await world.settle()
    expect(user.hitlActive).toBe(false)
    await user.say('one more time please')
    await user.escalate({ title: 'Help' })
    await world.settle()
    expect(user.hitlActive).toBe(true)
    expect(opening(user)?.text).toBe('Help')
  })

  it.each([
    ['is lost twice on the way', lost('before'), 2],
    ['is answered twice to nobody', lost('after'), 2],
    ['meets a short limit', rateLimitFault('SECONDLY'), 1],
    ['meets a short failure', refused(502), 2],
  ])('whose message %s is one thread with one message', async (_, fault, times) => {
    world.hurry()
    const before = world.ours().length
    world.fail(world.publish(), fault, times)
    const user = await escalated()
    expect(world.ours()).toHaveLength(before + 1)
    expect(world.thread(user).messages.map(({ isComment }) => isComment)).toEqual([false, true])
    expect(isOpen(world.thread(user))).toBe(true)
  })

  it.each([
    ['refused for its scope', refused(403), 1],
    ['refused', refused(400), 1],
    ['down', refused(503), 9],
    ['not reached', lost('before'), 9],
  ])('whose history is %s as a comment shows it as a message', async (_, fault, times) => {
    world.hurry()
    world.fail(COMMENT, fault, times)
    const user = await escalated()
    expect(comments(user)).toEqual([])
    expect(said(user)).toEqual([expect.stringMatching(HISTORY)])
    expect(world.logs()).toMatch(/did not take the conversation with the bot as a comment/)
    expect(user.hitlActive).toBe(true)
  })

  it('whose comment was taken, but answered to nobody, shows the history once', async () => {
    world.fail(COMMENT, lost('after'))
    const user = await escalated()
    expect(comments(user)).toEqual([expect.stringMatching(HISTORY)])
    expect(said(user)).toEqual([])
  })

  it('that cannot show the history at all fails, and closes what it opened', async () => {
    const user = await world.newcomer()
    const before = openThreads()
    world.fail(COMMENT, refused(400))
    // The opening goes through, the history does not.
    const stop = world.emulator.journal.onEntry(({ label, status }) => {
      if (!label.includes(world.publish()) || status !== 201) return
      stop()
      world.fail(world.publish(), refused(400), 9)
    })
    await expect(user.escalate({ title: 'Help' })).rejects.toThrow(/HubSpot/)
    await world.settle()
    expect(openThreads()).toBe(before)
    expect(user.hitlActive).toBe(false)
  })

  it('that was killed half way leaves the user free for another, and tells the agent of the first', async () => {
    const user = await world.newcomer()
    const conversations = world.botpress().conversations
    for (const call of ['PUT /v1/chat/conversations/', 'DELETE /v1/chat/conversations/']) {
      world.fail(call, refused(500), 20, 'botpress')
    }
    world.fail(CLOSE, refused(500), 20)
    world.hurry()
    await expect(user.escalate({ title: 'The killed one' })).rejects.toThrow()
    world.emulator.faults.clear()
    expect(world.botpress().conversations).toBe(conversations + 1)
    const orphan = world.ours().at(-1)
    expect(orphan?.status).toBe('OPEN')
    await world.restart(1)
    await user.say('one more time please')
    await user.escalate({ title: 'The second one' })
    world.anna.take(orphan?.id ?? '')
    const replyId = world.anna.reply(orphan?.id ?? '', 'is anybody in here?')
    await world.settle()
    await world.settle()
    expect(message(orphan?.id ?? '', replyId)).toMatchObject({
      status: 'FAILED',
      failure: expect.stringMatching(/No session/),
    })
    expect(heard(user)).toEqual([])
    world.ben.reply(world.threadId(user), 'here is somebody else')
    await world.settle()
    expect(heardTexts(user)).toEqual(['here is somebody else'])
  })

  it('of two users at once keeps them apart, on two instances', async () => {
    await world.restart(2)
    const users = await Promise.all(
      ['Tom', 'Eva'].map((name, index) =>
        world.newcomer({ name, email: ['tom.field', 'eva.lind'][index] + '@example.com' })
      )
    )
    await Promise.all(users.map((user) => user.escalate({ title: `I am ${user.name}` })))
    await world.settle()
    expect(users.map((user) => opening(user)?.text)).toEqual(['I am Tom', 'I am Eva'])
    expect(users.map((user) => world.thread(user).associatedContactId)).toEqual(['51', '52'])
    for (const user of users) world.anna.reply(world.threadId(user), `good morning ${user.name}`)
    await world.settle()
    expect(users.map((user) => heardTexts(user))).toEqual([['good morning Tom'], ['good morning Eva']])
    await world.restart(1)
  })
})

describe('messages of the user', () => {
  allShareAWorld()

  it('arrive once, in order and whole, however fast they are typed', async () => {
    const user = await attended()
    const before = mark()
    const lines = Array.from({ length: 20 }, (_, index) => `sentence number ${index}`)
    for (const line of lines) await user.say(line)
    await world.settle()
    expect(said(user)).toEqual(lines)
    expect(calls(before)).toEqual(lines.map(() => 'POST channels/…/messages'))
    expect(failures(user)).toEqual([])
  })

  it.each([
    ['emoji', '👩‍👩‍👧‍👦 ¿qué? 日本語 🖨️🔥'],
    ['what looks like HTML', '<b>bold</b> & "quoted" <script>alert(1)</script>'],
    ['lines', 'first line\n\n  second line\twith a tab'],
  ])('with %s arrive as they were written', async (_, text) => {
    const user = await attended()
    await user.say(text)
    await world.settle()
    expect(said(user)).toEqual([text])
  })

  it('of 25,000 characters arrive in pieces, complete and in order', async () => {
    const user = await attended()
    const text = Array.from({ length: 3_600 }, (_, index) => `word${index}`)
      .join(' ')
      .slice(0, 25_000)
    await user.say(text)
    await user.say('and that was all')
    await world.settle()
    expect(said(user).length).toBeGreaterThan(3)
    expect(said(user).slice(0, -1).join(' ')).toBe(text)
    expect(said(user).at(-1)).toBe('and that was all')
  })

  it('with media are private files with name, type, use and all bytes', async () => {
    const user = await attended()
    const { files } = world.emulator
    const pdf = Buffer.from('%PDF-1.7 the whole invoice')
    const photo = Buffer.from([0x89, 0x50, 0x4e, 0x47, 1, 2, 3])
    const fileUrl = files.put('invoice 7.pdf', pdf, 'application/pdf')
    await user.send({ type: 'file', payload: { fileUrl, title: 'invoice 7.pdf' } })
    await user.send({ type: 'image', payload: { imageUrl: files.put('photo.png', photo, 'image/png') } })
    await user.send({ type: 'audio', payload: { audioUrl: files.put('voice.ogg', 'voice', 'audio/ogg') } })
    await user.send({ type: 'video', payload: { videoUrl: files.put('clip.mp4', 'clip', 'video/mp4') } })
    await world.settle()
    const sent = incoming(user).flatMap(({ attachments }) => attachments)
    expect(sent.map(({ fileUsageType }) => fileUsageType)).toEqual(['OTHER', 'IMAGE', 'AUDIO', 'OTHER'])
    const stored = sent.map(({ fileId }) => world.provider.files.find(({ id }) => id === fileId))
    expect(stored.map((file) => [file?.name, file?.contentType, file?.access])).toEqual([
      ['invoice 7.pdf', 'application/pdf', 'PRIVATE'],
      ['photo.png', 'image/png', 'PRIVATE'],
      ['voice.ogg', 'audio/ogg', 'PRIVATE'],
      ['clip.mp4', 'video/mp4', 'PRIVATE'],
    ])
    expect(stored.slice(0, 2).map((file) => Buffer.from(file?.bytes ?? []))).toEqual([pdf, photo])
    expect(failures(user)).toEqual([])
  })

  it('in a bloc arrive item by item, in their order', async () => {
    const user = await attended()
    const imageUrl = world.emulator.files.put('broken.png', 'pixels', 'image/png')
    const options = [
      { label: 'Yes', value: 'yes' },
      { label: 'No', value: 'no' },
    ]
    const items = [
      { type: 'text', payload: { text: 'first the words' } },
      { type: 'image', payload: { imageUrl } },
      { type: 'location', payload: { latitude: 1.5, longitude: 2.5, title: 'The office' } },
      { type: 'choice', payload: { text: 'Is it on fire?', options } },
      { type: 'text', payload: { text: 'then the rest of it' } },
    ]
    const before = mark()
    await user.send({ type: 'bloc', payload: { items } })
    await world.settle()
    expect(said(user)).toEqual([
      'first the words',
      'broken.png',
      expect.stringMatching(/The office\n.*1\.5,2\.5/),
      'Is it on fire?\n- Yes\n- No',
      'then the rest of it',
    ])
    expect(incoming(user).map(({ attachments }) => attachments.length)).toEqual([0, 1, 0, 0, 0])
    expect(calls(before)).toHaveLength(6)
  })

  it.each([
    ['HubSpot refuses', () => world.fail('POST /files/v3/files', refused(400))],
    ['the connection may not upload', () => world.fail('POST /files/v3/files', refused(403))],
    ['cannot be fetched', () => world.fail('/scan.pdf', refused(404), 9, 'files')],
    ['HubSpot does not take as an attachment', () => world.fail(world.publish(), refused(400))],
  ])('with a file that %s arrive with its link', async (_, prepare) => {
    const user = await attended()
    prepare()
    const fileUrl = world.emulator.files.put('scan.pdf', '%PDF-1.7', 'application/pdf')
    await user.send({ type: 'file', payload: { fileUrl, title: 'scan.pdf' } })
    await user.say('did you get it?')
    await world.settle()
    expect(said(user)).toEqual([`scan.pdf: ${fileUrl}`, 'did you get it?'])
    expect(failures(user)).toEqual([])
  })

  it('whose answers are lost twice arrive once, with their files', async () => {
    world.hurry()
    const user = await attended()
    world.fail(world.publish(), lost('after'), 2)
    await user.say('only once please')
    await world.settle()
    world.fail(world.publish(), lost('after'), 2)
    world.fail('POST /files/v3/files', lost('after'), 1)
    const imageUrl = world.emulator.files.put('once.png', 'pixels', 'image/png')
    await user.send({ type: 'image', payload: { imageUrl } })
    await world.settle()
    expect(said(user)).toEqual(['only once please', 'once.png'])
    expect(failures(user)).toEqual([])
  })

  it('that Botpress hands over twice at once arrive once', async () => {
    const user = await attended()
    world.installation.duplicateNextMessages = 1
    await user.say('handed over twice')
    await world.settle()
    expect(said(user)).toEqual(['handed over twice'])
    await world.restart(2)
    world.installation.duplicateNextMessages = 1
    await user.say('twice on two instances')
    await world.settle()
    expect(said(user)).toEqual(['handed over twice', 'twice on two instances'])
    await world.restart(1)
  })

  it('that cannot get through fail loudly one by one, and the session goes on', async () => {
    world.hurry()
    const user = await attended()
    world.fail(world.publish(), refused(500), 3)
    await user.say('into the storm we go')
    await world.settle()
    expect(failures(user)).toEqual([expect.stringMatching(/HubSpot/)])
    await user.say('the storm has passed')
    await world.settle()
    expect(said(user)).toEqual(['the storm has passed'])
    expect(user.hitlActive).toBe(true)
  })

  it.each(['SECONDLY', 'TEN_SECONDLY_ROLLING'] as const)('wait out a limit (%s), in order', async (policy) => {
    world.hurry()
    const user = await attended()
    world.fail(world.publish(), rateLimitFault(policy))
    const before = Date.now()
    await user.say('first of the two')
    await user.say('second of the two')
    await world.emulator.settled()
    expect(Date.now() - before).toBeGreaterThanOrEqual(policy === 'SECONDLY' ? 1_000 : 10_000)
    expect(said(user)).toEqual(['first of the two', 'second of the two'])
    expect(failures(user)).toEqual([])
  })

  it('may be in the words of the bot, under its name', async () => {
    const user = await attended()
    const conversationId = user.downstreamConversationId ?? ''
    const { botpress } = world.emulator
    await user.end()
    await world.settle()
    expect(said(user)).toEqual(['[Bot] ( The user has ended the session. )'])
    expect(botpress.store.conversations.has(conversationId)).toBe(true)
  })

  /** The agent has closed the thread, of which the bot has not heard yet. */
  const intoClosed = async (closedThread: 'reopen' | 'new-thread' | 'refuse') => {
    world.provider.configure({ closedThread })
    const user = await attended()
    const before = { all: world.ours().length, open: openThreads() }
    world.webhooks('held')
    world.anna.close(world.threadId(user))
    await user.say('one more question please')
    await world.settle()
    return { user, before }
  }
  const release = async () => {
    world.webhooks('normal')
    await world.releaseReversed()
    await world.settle()
  }

  it('to a thread closed a moment ago fail in plain words and end the session, where HubSpot refuses', async () => {
    const { user, before } = await intoClosed('refuse')
    expect(failures(user)).toEqual([expect.stringMatching(/thread is closed.*new session/)])
    await release()
    expect(user.hitlActive).toBe(false)
    expect(endings(user)).toBe(1)
    expect(said(user)).toEqual([])
    expect([world.ours().length, openThreads()]).toEqual([before.all, before.open - 1])
  })

  it('to a thread closed a moment ago are in no thread that is left open, where HubSpot begins another', async () => {
    const { user, before } = await intoClosed('new-thread')
    expect(failures(user)).toEqual([expect.stringMatching(/thread is closed.*new session/)])
    await release()
    expect(user.hitlActive).toBe(false)
    expect(endings(user)).toBe(1)
    expect([world.ours().length, openThreads()]).toEqual([before.all + 1, before.open - 1])
    expect(world.ours().at(-1)).toMatchObject({ status: 'CLOSED' })
  })

  it('to a thread closed a moment ago are with the agent, where HubSpot opens it again, and the end is told', async () => {
    const { user } = await intoClosed('reopen')
    expect(failures(user)).toEqual([])
    expect(said(user)).toEqual(['one more question please'])
    await release()
    expect(user.hitlActive).toBe(false)
    expect(endings(user)).toBe(1)
    const replyId = world.anna.reply(world.threadId(user), 'here is the answer')
    await world.settle()
    expect(heard(user)).toEqual([])
    expect(message(world.threadId(user), replyId)).toMatchObject({ status: 'FAILED' })
  })
})

describe('what agents write', () => {
  allShareAWorld()

  const MANUAL = { name: 'manual.pdf', contentType: 'application/pdf', bytes: Buffer.from('%PDF-1.7') }
  const PLAN = { name: 'plan.png', contentType: 'image/png', bytes: Buffer.from('pixels of the plan') }
  const VOICE = { name: 'voice.mp3', contentType: 'audio/mpeg', bytes: Buffer.from('the voice') }
  const CLIP = { name: 'clip.mp4', contentType: 'video/mp4', bytes: Buffer.from('the clip') }
  const download = async (url: unknown) => Buffer.from(await (await fetch(String(url))).arrayBuffer())

  it('reaches the user once, with name and picture', async () => {
    const user = await attended()
    const before = mark()
    const replyId = world.anna.reply(world.threadId(user), 'good morning to you')
    await world.settle()
    expect(heard(user)).toEqual([[ANNA.name, 'good morning to you']])
    expect(user.transcript.at(-1)).toMatchObject({ from: 'agent', agentName: ANNA.name, agentPicture: ANNA.avatar })
    expect(calls(before)).toEqual([])
    expect(message(world.threadId(user), replyId)).toMatchObject({ status: 'SENT' })
  })

  it('arrives in order, however fast', async () => {
    const user = await attended()
    for (let line = 0; line < 8; line += 1) {
      world.anna.reply(world.threadId(user), `answer number ${line}`)
      await world.emulator.settled()
    }
    expect(heardTexts(user)).toEqual(Array.from({ length: 8 }, (_, line) => `answer number ${line}`))
  })

  it('with format keeps links, lists and lines', async () => {
    const user = await attended()
    const richText =
      '<div>Dear <b>Ana</b>,</div><p>see <a href="https://example.com/manual">the manual</a>:</p>' +
      '<ul><li>open it</li><li>read &lt;all&gt; of it</li></ul><ol><li>first</li><li>second</li></ol><div>Bye</div>'
    world.anna.reply(world.threadId(user), 'Dear Ana, see the manual: open it read it', { richText })
    await world.settle()
    expect(heardTexts(user)).toEqual([
      'Dear Ana,\nsee the manual (https://example.com/manual):\n• open it\n• read <all> of it\n1. first\n2. second\nBye',
    ])
  })

  it('without format arrives as it was written', async () => {
    const user = await attended()
    world.anna.reply(world.threadId(user), 'plain <text>\n\n  with lines 👍', { richText: null })
    await world.settle()
    expect(heardTexts(user)).toEqual(['plain <text>\n\n  with lines 👍'])
  })

  it('with a picture between the words comes as both, in order', async () => {
    const user = await attended()
    const richText = '<p>look here</p><img src="https://files.example.com/inline.png" alt="plan"><p>and there</p>'
    world.anna.reply(world.threadId(user), '', { richText })
    await world.settle()
    expect(heardTypes(user)).toEqual(['text', 'image', 'text'])
    expect(heardTexts(user)).toEqual(['look here', 'https://files.example.com/inline.png', 'and there'])
  })

  it.each([true, false])(
    'with several files brings all, each of its kind (addresses told: %s)',
    async (attachmentUrls) => {
      world.provider.configure({ attachmentUrls })
      const user = await attended()
      const before = mark()
      world.anna.reply(world.threadId(user), 'all that we have', { files: [MANUAL, PLAN, VOICE, CLIP] })
      await world.settle()
      expect(heardTypes(user)).toEqual(['text', 'file', 'image', 'audio', 'video'])
      const files = [MANUAL, PLAN, VOICE, CLIP]
      expect(calls(before)).toEqual(attachmentUrls ? [] : files.map(() => 'GET files/…/signed-url'))
      const urls = heardTexts(user).slice(1)
      expect(await Promise.all(urls.map(download))).toEqual(files.map(({ bytes }) => bytes))
    }
  )

  it('is no more than a file, or a file beside an empty text', async () => {
    const user = await attended()
    world.anna.attach(world.threadId(user), MANUAL)
    await world.settle()
    expect(heardTypes(user)).toEqual(['file'])
    expect(heardTexts(user)).toEqual([expect.stringMatching(/manual\.pdf/)])
    expect(user.transcript.at(-1)?.payload).toMatchObject({ title: 'manual.pdf' })
  })

  it('with a file whose address HubSpot does not give has a clear line in its place', async () => {
    world.provider.configure({ attachmentUrls: false })
    const user = await attended()
    world.fail('/files/v3/files/', refused(404), 9)
    world.anna.attach(world.threadId(user), MANUAL, 'page three explains it')
    await world.settle()
    expect(heardTexts(user)).toEqual([
      'page three explains it',
      expect.stringMatching(/agent sent "manual\.pdf".*cannot be shown/),
    ])
  })

  it('that is long and cut off in the webhook comes whole, for one call', async () => {
    world.provider.configure({ truncateTextAt: 100 })
    const user = await attended()
    const text = Array.from({ length: 200 }, (_, index) => `word${index}`).join(' ')
    const before = mark()
    world.anna.reply(world.threadId(user), text, { files: [MANUAL] })
    await world.settle()
    expect(heardTexts(user)).toEqual([text, expect.stringMatching(/manual\.pdf/)])
    expect(calls(before)).toEqual(['GET threads/…/messages/…/original-content'])
  })

  it('that is cut off, and whose rest may not be read, comes with its beginning and says so', async () => {
    world.provider.configure({ truncateTextAt: 20 })
    const user = await attended()
    world.fail('/original-content', refused(403), 3)
    world.anna.reply(world.threadId(user), 'the beginning of it, and all of the rest')
    await world.settle()
    expect(heardTexts(user)).toEqual(['the beginning of it,', expect.stringMatching(/rest .* cannot be shown/)])
  })

  it('as a comment never reaches the user, not even when it is the bot’s app that hears of it', async () => {
    const user = await attended()
    world.provider.subscribeByHand(world.installation.webhookUrl, [{ eventType: 'conversation.newMessage' }])
    const before = mark()
    world.anna.comment(world.threadId(user), 'a difficult customer')
    await user.say('what do you say about me?')
    await world.settle()
    expect(heard(user)).toEqual([])
    const told = world.entries('webhook', 'newMessage', before)
    expect(told.map(({ status }) => status)).toEqual([200, 200])
    world.provider.subscribeByHand(world.installation.webhookUrl, [
      { eventType: 'conversation.newMessage', active: false },
    ])
  })

  it('has the name of the agent when the webhook does not tell it, also on a cold instance', async () => {
    world.provider.configure({ nameSenders: false })
    const user = await escalated()
    await world.restart(1)
    const before = mark()
    world.ben.reply(world.threadId(user), 'nobody has taken this yet')
    await world.settle()
    world.ben.reply(world.threadId(user), 'so I have answered it')
    await world.settle()
    expect(heard(user)).toEqual([
      [BEN.name, 'nobody has taken this yet'],
      [BEN.name, 'so I have answered it'],
    ])
    expect(user.transcript.at(-1)?.agentPicture).toBe(BEN.avatar)
    expect(calls(before)).toEqual(['GET actors/…'])
  })

  it('arrives nameless when HubSpot does not tell who it is', async () => {
    world.provider.configure({ nameSenders: false })
    const user = await escalated()
    await world.restart(1)
    world.fail('/conversations/v3/conversations/actors/', refused(404), 9)
    world.ben.reply(world.threadId(user), 'a voice from nowhere')
    await world.settle()
    expect(heardTexts(user)).toEqual(['a voice from nowhere'])
  })

  it.each([
    ['L-breeze-1', 'Customer agent'],
    ['S-hubspot', 'HubSpot'],
    ['I-1160452', 'HubSpot'],
  ])('is no agent’s when it is by %s, and arrives under the name "%s"', async (actor, name) => {
    const user = await escalated()
    const before = mark()
    world.provider.replyAs(actor, world.threadId(user), 'an answer by a machine')
    await world.settle()
    expect(heard(user)).toEqual([[name, 'an answer by a machine']])
    expect(announced(user)).toEqual([])
    expect(calls(before)).toEqual([])
  })

  it.each<[string, Partial<HubSpotSettings>]>([
    ['ids of the channel are numbers', { channelIdsAsNumbers: true }],
    ['ids of the app are texts', { idsAsText: true }],
    ['assignees are users', { assigneeFormat: 'user' }],
    ['events come ten at a time', { batchEvents: 10 }],
    ['the first answer assigns', { assignOnReply: true }],
    ['what we publish comes back', { echoPublished: true }],
    ['answers wait for webhooks', { answerAfterWebhooks: true, holdAnswerMs: 150 }],
    ['senders have to be declared', { senderIdentifiers: 'declared' }],
    ['idempotency is ignored', { idempotency: 'ignored' }],
    ['a closed thread is another thread', { closedThread: 'new-thread' }],
    ['all of it at once', { channelIdsAsNumbers: true, idsAsText: true, assigneeFormat: 'user', batchEvents: 10 }],
  ])('and all else works where %s', async (_, hubspot) => {
    world.provider.configure(hubspot)
    await expectWorkingSession({ email: 'eva.lind@example.com' })
  })

  it('in a thread of somebody else reaches nobody', async () => {
    const user = await attended({ email: 'tom.field@example.com' })
    const numbers = world.botpress()
    const threadId = world.provider.openElsewhere({ name: 'Tom', email: 'tom.field@example.com' })
    world.anna.take(threadId)
    world.anna.reply(threadId, 'for the website only')
    world.anna.close(threadId)
    await world.settle()
    expect(world.botpress()).toEqual(numbers)
    expect(heard(user)).toEqual([])
  })

  it('that names only its thread reaches the session of it, on a cold instance too', async () => {
    const user = await attended()
    for (const kind of ['warm', 'cold']) {
      if (kind === 'cold') await world.restart(1)
      const told = {
        id: `without-session-${kind}`,
        conversationsThreadId: world.threadId(user),
        text: `found by the thread, ${kind}`,
        senders: [{ actorId: `A-${ANNA.id}`, name: ANNA.name }],
        status: { statusType: 'SENT' },
      }
      const body = { type: 'OUTGOING_CHANNEL_MESSAGE_CREATED', portalId: defaultSeed.portalId, message: told }
      expect(await world.provider.webhook.raw('channel', body)).toMatchObject({ status: 200 })
    }
    await world.settle()
    expect(heardTexts(user)).toEqual(['found by the thread, warm', 'found by the thread, cold'])
  })

  it('after the end fails in words the agent sees, and never reaches the user, nor a newer session', async () => {
    const user = await attended()
    const first = world.threadId(user)
    world.anna.close(first)
    await world.settle()
    const lateId = world.anna.reply(first, 'one more thing for you')
    await world.settle()
    expect(message(first, lateId)).toMatchObject({
      status: 'FAILED',
      failure: expect.stringMatching(/session has ended.*not get/),
    })
    await user.say('once again please')
    await user.escalate({ title: 'Again' })
    await world.settle()
    await world.restart(1)
    const laterId = world.anna.reply(first, 'do you hear me now?')
    await world.settle()
    expect(message(first, laterId)).toMatchObject({
      status: 'FAILED',
      failure: expect.stringMatching(/session has ended/),
    })
    expect(heard(user)).toEqual([])
    world.ben.reply(world.threadId(user), 'I am the right one')
    await world.settle()
    expect(heard(user)).toEqual([[BEN.name, 'I am the right one']])
  })

  it('after the user ended the session fails in words the agent sees', async () => {
    const user = await attended()
    await user.end()
    await world.settle()
    const replyId = world.anna.reply(world.threadId(user), 'wait, one more thing')
    await world.settle()
    expect(heard(user)).toEqual([])
    expect(message(world.threadId(user), replyId)).toMatchObject({
      status: 'FAILED',
      failure: expect.stringMatching(/session has ended/),
    })
  })

  it.each(['warm', 'cold'])(
    'to a session that Botpress no longer has fails in words the agent sees (%s)',
    async (kind) => {
      const user = await attended()
      const threadId = world.threadId(user)
      world.emulator.botpress.store.conversations.delete(user.downstreamConversationId ?? '')
      if (kind === 'cold') await world.restart(1)
      const replyId = world.anna.reply(threadId, 'is anybody out there?')
      await world.settle()
      expect(message(threadId, replyId)).toMatchObject({
        status: 'FAILED',
        failure: expect.stringMatching(/[Uu]ser|session/),
      })
      expect(heard(user)).toEqual([])
    }
  )

  it('while Botpress is down is delivered later, once, and never counts as failed', async () => {
    const user = await attended()
    const statuses: (string | undefined)[] = []
    world.fail('/v1/chat/', refused(500), 3, 'botpress')
    const before = mark()
    const replyId = world.anna.reply(world.threadId(user), 'after the storm')
    for (let round = 0; round < 5; round += 1) {
      await world.settle(5 * MINUTE)
      statuses.push(message(world.threadId(user), replyId)?.status)
    }
    expect(new Set(statuses)).toEqual(new Set(['SENT']))
    expect(heardTexts(user)).toEqual(['after the storm'])
    expect(calls(before)).toEqual([])
  })

  it('in the very first second is not lost, and comes after its announcement', async () => {
    const user = await world.newcomer()
    await user.escalate({ title: 'Quick' })
    world.anna.take(world.threadId(user))
    await world.emulator.settled()
    world.anna.reply(world.threadId(user), 'here in a second')
    world.anna.reply(world.threadId(user), 'or two of them')
    await world.settle()
    const fromAnna = user.transcript.filter(({ agentName }) => agentName === ANNA.name)
    expect(fromAnna.map(({ from }) => from)).toEqual(['notice', 'agent', 'agent'])
    expect(heardTexts(user).toSorted()).toEqual(['here in a second', 'or two of them'])
  })

  /** Between the publish call and its answer, so many ms later. */
  const duringStart = async (user: User, realMs: number, ms: number, act: (threadId: string) => unknown) => {
    const threads = world.ours().length
    world.fail(world.publish(), { kind: 'slow', ms: realMs })
    const starting = user.escalate({ title: 'Slow' })
    while (world.ours().length === threads) await new Promise((resolve) => setImmediate(resolve))
    world.leap(ms)
    await act(world.ours().at(-1)?.id ?? '')
    await starting
    await world.settle()
  }

  it.each([
    ['a moment', 400, 0],
    ['ten seconds', 400, 9_500],
  ])('while the start takes %s is heard once', async (_, realMs, ms) => {
    const user = await world.newcomer()
    await duringStart(user, realMs, ms, (threadId) => {
      world.anna.take(threadId)
      world.anna.reply(threadId, 'here before you asked')
    })
    await world.settle()
    expect(heard(user)).toEqual([[ANNA.name, 'here before you asked']])
    expect(announced(user)).toEqual([ANNA.name])
    const { messages } = world.emulator.botpress.store
    const mine = [...messages.values()].filter((row) => row.conversationId === user.downstreamConversationId)
    expect(mine.map(({ payload }) => payload['text'])).toEqual(['here before you asked'])
  })

  it('while the start takes longer than the webhook can wait is heard once', async () => {
    const user = await world.newcomer()
    const before = mark()
    let replyId = ''
    await duringStart(user, 600, 0, async (threadId) => {
      replyId = world.anna.reply(threadId, 'I was here all along')
      const looks = () => world.entries('botpress', 'GET /v1/chat/conversations/', before).length
      while (looks() === 0) await new Promise((resolve) => setImmediate(resolve))
      world.leap(4_000)
    })
    await world.settle()
    const answers = world.entries('webhook', 'OUTGOING', before).map(({ status }) => status)
    expect(answers).toEqual([503, 200])
    expect(heardTexts(user)).toEqual(['I was here all along'])
    expect(message(world.threadId(user), replyId)?.status).toBe('SENT')
  })

  it.each([3_000, 4_200, 5_000, 7_000, 9_000])(
    'on an instance that knows nothing, soon after a start of %i ms, is heard once',
    async (ms) => {
      const user = await world.newcomer()
      await duringStart(user, 100, ms, () => undefined)
      await world.restart(1)
      world.leap(3_300)
      world.anna.reply(world.threadId(user), 'only once please')
      await world.settle()
      expect(heardTexts(user)).toEqual(['only once please'])
    }
  )

  it.each([0, 100])('by an assignment %i ms after the opening is not lost', async (delayMs) => {
    world.provider.configure({ autoAssign: { userId: ANNA.id, delayMs }, holdAnswerMs: 150 })
    const user = await escalated()
    expect(announced(user)).toEqual([ANNA.name])
    expect(world.thread(user).assignedTo).toBe(`A-${ANNA.id}`)
  })
})

describe('a message of an agent, when something fails around it,', () => {
  eachOpensAWorld()

  it('with a file that needs an address while the connection is dead keeps its words', async () => {
    await open({ hubspot: { attachmentUrls: false } })
    const user = await attended()
    world.leap(40 * MINUTE)
    world.provider.revokeRefreshToken()
    await world.restart(1)
    const file = { name: 'manual.pdf', contentType: 'application/pdf', bytes: Buffer.from('%PDF-1.7') }
    world.anna.attach(world.threadId(user), file, 'press the red button')
    await world.settle()
    expect(heardTexts(user)).toEqual(['press the red button', expect.stringContaining('"manual.pdf"')])
  })

  it.each(['warm', 'cold'])(
    'after a stop that failed at HubSpot shows agents that nobody hears them (%s)',
    async (kind) => {
      await open()
      const user = await attended()
      world.fail(CLOSE, refused(500), 9)
      await expect(user.end()).rejects.toThrow(/HubSpot/)
      world.emulator.faults.clear()
      if (kind === 'cold') await world.restart(1)
      const replyId = world.anna.reply(world.threadId(user), 'are you still here?')
      await world.settle()
      expect(heard(user)).toEqual([])
      expect(message(world.threadId(user), replyId)).toMatchObject({ status: 'FAILED' })
    }
  )

  it.each(['warm', 'cold'])('says nothing about words that were heard before and come again (%s)', async (kind) => {
    await open()
    const user = await attended()
    const replyId = world.anna.reply(world.threadId(user), 'goodbye and thank you')
    await world.settle()
    world.anna.close(world.threadId(user))
    await world.settle()
    if (kind === 'cold') await world.restart(1)
    const delivery = world.entries('webhook', 'OUTGOING').at(-1)
    expect(await world.provider.webhook.raw('channel', delivery?.request)).toMatchObject({ status: 200 })
    await world.settle()
    expect(heardTexts(user)).toEqual(['goodbye and thank you'])
    expect(message(world.threadId(user), replyId)).toMatchObject({ status: 'SENT' })
  })
})

describe('who answers', () => {
  allShareAWorld()

  const event = (user: User, more: object) => ({
    objectId: Number(world.threadId(user)),
    portalId: defaultSeed.portalId,
    subscriptionType: 'conversation.propertyChange',
    propertyName: 'assignedTo',
    ...more,
  })
  const to = (agent: { id: number } | undefined, occurredAt: number) => ({
    propertyValue: agent ? `A-${agent.id}` : '',
    occurredAt,
  })
  const deliver = async (...events: object[]) => {
    const { status } = await world.provider.webhook.deliverBatch(events.map((one) => ({ ...one })))
    await world.settle()
    return status
  }

  it('is announced at each change, and again when it comes back', async () => {
    const user = await attended()
    world.anna.assign(world.threadId(user), BEN.id)
    await world.settle()
    world.ben.unassign(world.threadId(user))
    await world.settle()
    world.anna.take(world.threadId(user))
    await world.settle()
    expect(announced(user)).toEqual([ANNA.name, BEN.name, ANNA.name])
    expect(user.hitlActive).toBe(true)
  })

  it('is not announced anew after leaving and taking it again', async () => {
    const user = await attended()
    world.anna.unassign(world.threadId(user))
    await world.settle()
    world.anna.take(world.threadId(user))
    await world.settle()
    expect(announced(user)).toEqual([ANNA.name])
  })

  it('follows the times of the events, not their order', async () => {
    const user = await escalated()
    const now = Date.now()
    expect(await deliver(event(user, to(BEN, now - 1_000)))).toBe(200)
    expect(await deliver(event(user, to(ANNA, now - 30_000)))).toBe(200)
    expect(await deliver(event(user, to(BEN, now - 1_000)))).toBe(200)
    expect(await deliver(event(user, to(ANNA, now - 31_000)))).toBe(200)
    expect(announced(user)).toEqual([BEN.name])
    expect(await deliver(event(user, to(ANNA, now)))).toBe(200)
    expect(await deliver(event(user, to(BEN, now - 1_000)))).toBe(200)
    expect(announced(user)).toEqual([BEN.name, ANNA.name])
  })

  it('follows the times within one request too', async () => {
    const user = await escalated()
    const now = Date.now()
    await deliver(event(user, to(BEN, now)), event(user, to(ANNA, now - 20_000)))
    expect(announced(user)).toEqual([ANNA.name, BEN.name])
  })

  it('is told to each of two users by one request', async () => {
    const [ana, tom] = [await escalated(), await escalated({ name: 'Tom' })]
    const now = Date.now()
    const closed = { propertyName: 'status', propertyValue: 'CLOSED', occurredAt: now + 1 }
    await deliver(event(ana, to(ANNA, now)), event(tom, to(BEN, now)), event(ana, closed))
    expect([announced(ana), announced(tom)]).toEqual([[ANNA.name], [BEN.name]])
    expect([endings(ana), endings(tom)]).toEqual([1, 0])
    expect([ana.hitlActive, tom.hitlActive]).toEqual([false, true])
  })

  it.each(['warm', 'cold'])('is found among 99 events of others (%s)', async (kind) => {
    const user = await escalated()
    if (kind === 'cold') await world.restart(1)
    const foreign = Array.from({ length: 99 }, (_, index) => ({ objectId: 88_000_000_000 + index }))
    const numbers = world.botpress().conversations
    expect(await deliver(...foreign.slice(0, 60), event(user, to(BEN, Date.now())), ...foreign.slice(60))).toBe(200)
    expect(announced(user)).toEqual([BEN.name])
    expect(world.botpress().conversations).toBe(numbers)
  })

  it.each(['E-anna@acme.example', 'L-breeze', 'S-hubspot', 'I-1160452', 'V-51'])(
    'is nobody when it is %s',
    async (actor) => {
      const user = await escalated()
      expect(await deliver(event(user, { propertyValue: actor, occurredAt: Date.now() }))).toBe(200)
      expect(announced(user)).toEqual([])
    }
  )

  it('is announced although HubSpot does not tell the name', async () => {
    const user = await escalated()
    await world.restart(1)
    world.fail('/conversations/v3/conversations/actors/', refused(403), 9)
    world.ben.take(world.threadId(user))
    await world.settle()
    const notices = user.transcript.filter(
      ({ from, payload }) => from === 'notice' && /joined/.test(String(payload['text']))
    )
    expect(notices).toHaveLength(1)
  })

  it('in threads of others creates nothing, for five calls at most, also beside 30 live sessions', async () => {
    const people = await Promise.all(
      Array.from({ length: 30 }, (_, index) => world.newcomer({ name: `User ${index}` }))
    )
    await Promise.all(people.map((user) => user.escalate({ title: 'One of many' })))
    await world.settle()
    const numbers = world.botpress()
    for (const temperature of ['warm', 'cold', 'warm again']) {
      if (temperature === 'cold') await world.restart(1)
      const before = mark()
      const { status, attempts } = await world.provider.webhook.foreignEvents(100)
      expect([status, attempts]).toEqual([200, 1])
      expect(world.botpressCalls(before).length).toBeLessThanOrEqual(5)
      expect(calls(before)).toEqual([])
    }
    await world.settle()
    expect(world.botpress()).toEqual(numbers)
    expect(people.every((user) => user.hitlActive && endings(user) === 0)).toBe(true)
    const [first] = people
    if (first) world.anna.reply(world.threadId(first), 'there you are')
    await world.settle()
    expect(people.map((user) => heardTexts(user).length)).toEqual([1, ...Array.from({ length: 29 }, () => 0)])
  })
})

describe('the end', () => {
  allShareAWorld()

  const stopped = () => world.events('hitlStopped').length

  it('by the agent is told once, and leaves both sides closed', async () => {
    const user = await attended()
    const before = stopped()
    const since = mark()
    world.anna.reply(world.threadId(user), 'goodbye and thank you')
    world.anna.close(world.threadId(user))
    await world.settle()
    expect(heardTexts(user)).toEqual(['goodbye and thank you'])
    expect(endings(user)).toBe(1)
    expect(stopped()).toBe(before + 1)
    expect(world.thread(user).status).toBe('CLOSED')
    expect(calls(since)).toEqual([])
  })

  it('by the user closes the thread with one call, and its echo is harmless', async () => {
    const user = await attended()
    const before = stopped()
    const since = mark()
    await user.end()
    await world.settle()
    expect(world.thread(user).status).toBe('CLOSED')
    expect(said(user)).toEqual([expect.stringContaining('user has ended the session')])
    expect(calls(since).toSorted()).toEqual(['PATCH threads/…', 'POST channels/…/messages'])
    expect(stopped()).toBe(before)
    expect(endings(user)).toBe(0)
    expect(world.entries('webhook', 'status', since).map(({ status }) => status)).toEqual([200])
  })

  it('asked for twice, or at once on two instances, closes once', async () => {
    const user = await attended()
    const conversationId = user.downstreamConversationId ?? ''
    await user.end()
    await world.settle()
    const since = mark()
    await world.installation.action('stopHitl', { conversationId })
    await world.restart(2)
    await Promise.all([1, 2].map(() => world.installation.action('stopHitl', { conversationId })))
    expect(calls(since)).toEqual([])
    expect(world.thread(user).status).toBe('CLOSED')
    await world.restart(1)
  })

  it('by the user after that by the agent closes nothing again, and succeeds', async () => {
    const user = await attended()
    world.anna.close(world.threadId(user))
    await world.settle()
    const since = mark()
    const conversationId = user.downstreamConversationId ?? ''
    await world.installation.action('stopHitl', { conversationId })
    expect(calls(since)).toEqual([])
    expect(endings(user)).toBe(1)
  })

  it('by the user whose call gets no answer is an end, and one that fails can be made up for', async () => {
    world.hurry()
    const user = await attended()
    world.fail(CLOSE, lost('after'))
    await user.end()
    await world.settle()
    expect(world.thread(user).status).toBe('CLOSED')

    const second = await attended({ name: 'Ben' })
    world.fail(CLOSE, refused(500), 9)
    await expect(second.end()).rejects.toThrow(/HubSpot/)
    expect(isOpen(world.thread(second))).toBe(true)
    world.emulator.faults.clear()
    await world.restart(1)
    await world.installation.action('stopHitl', { conversationId: second.downstreamConversationId ?? '' })
    expect(world.thread(second).status).toBe('CLOSED')
    expect(second.hitlActive).toBe(false)
  })

  it('of a thread in the bin is met by the next words of the user, who hears of it', async () => {
    const user = await attended()
    const threads = openThreads()
    world.anna.archive(world.threadId(user))
    await world.settle()
    await user.say('are you still there?')
    await world.settle()
    expect(failures(user)).toEqual([expect.stringMatching(/thread is closed/)])
    expect(user.hitlActive).toBe(false)
    expect(endings(user)).toBe(1)
    expect(openThreads()).toBe(threads - 1)
  })

  it('of a thread in the bin is told at once where the app hears of that', async () => {
    const { webhookUrl } = world.installation
    world.provider.subscribeByHand(webhookUrl, [{ eventType: 'conversation.deletion' }])
    const user = await attended()
    world.anna.archive(world.threadId(user))
    await world.settle()
    expect(endings(user)).toBe(1)
    expect(user.hitlActive).toBe(false)
    world.provider.subscribeByHand(webhookUrl, [{ eventType: 'conversation.deletion', active: false }])
  })

  it('of a session whose thread is in the bin already succeeds for the user', async () => {
    const user = await attended()
    world.anna.archive(world.threadId(user))
    await user.end()
    await world.settle()
    expect(user.hitlActive).toBe(false)
    expect(endings(user)).toBe(0)
  })

  it('stays the end when the agent opens the thread again', async () => {
    const user = await attended()
    world.anna.close(world.threadId(user))
    await world.settle()
    world.anna.reopen(world.threadId(user))
    world.anna.assign(world.threadId(user), BEN.id)
    await world.settle()
    expect(user.hitlActive).toBe(false)
    expect([endings(user), announced(user)]).toEqual([1, [ANNA.name]])
    world.anna.close(world.threadId(user))
    await world.settle()
    expect(endings(user)).toBe(1)
  })

  it('told by HubSpot again and again, on fresh instances too, is told once', async () => {
    const user = await attended()
    const closed = {
      objectId: Number(world.threadId(user)),
      propertyName: 'status',
      propertyValue: 'CLOSED',
      occurredAt: Date.now(),
    }
    for (let round = 0; round < 4; round += 1) {
      if (round === 2) await world.restart(2)
      await Promise.all([
        world.provider.webhook.deliverBatch([closed]),
        world.provider.webhook.deliverBatch([closed, closed]),
      ])
      await world.settle()
    }
    expect(endings(user)).toBe(1)
    await world.restart(1)
  })

  it('of one session is no end of the next one of the same person', async () => {
    const user = await attended({ email: 'tom.field@example.com' })
    const first = world.threadId(user)
    world.anna.close(first)
    await world.settle()
    await user.say('me once again')
    await user.escalate({ title: 'Second' })
    await world.settle()
    world.anna.reopen(first)
    world.anna.close(first)
    await world.settle()
    expect(user.hitlActive).toBe(true)
    expect(world.threadId(user)).not.toBe(first)
    expect(world.thread(user).associatedContactId).toBe('51')
    await user.say('still with you')
    await world.settle()
    expect(said(user)).toEqual(['still with you'])
  })
})

describe('webhooks', () => {
  allShareAWorld()

  const replyBody = (user: User, text: string) => ({
    type: 'OUTGOING_CHANNEL_MESSAGE_CREATED',
    portalId: String(defaultSeed.portalId),
    channelIntegrationThreadIds: [user.downstreamConversationId],
    message: {
      id: `by-hand-${text.length}`,
      type: 'MESSAGE',
      conversationsThreadId: world.threadId(user),
      text,
      direction: 'OUTGOING',
      senders: [{ actorId: `A-${ANNA.id}`, name: ANNA.name }],
      status: { statusType: 'SENT' },
    },
  })
  const closedBody = (user: User) => [
    {
      subscriptionType: 'conversation.propertyChange',
      objectId: Number(world.threadId(user)),
      portalId: defaultSeed.portalId,
      propertyName: 'status',
      propertyValue: 'CLOSED',
      occurredAt: Date.now(),
    },
  ]

  it.each([false, 'wrong-secret', 'tampered', 'stale', 'future', 'v1-only'] as const)(
    'signed "%s" are refused, change nothing and cost nothing',
    async (sign) => {
      const user = await attended()
      const before = mark()
      const replied = await world.provider.webhook.raw('channel', replyBody(user, 'forged words'), { sign })
      const closed = await world.provider.webhook.raw('app', closedBody(user), { sign })
      await world.settle()
      expect([replied.status, closed.status]).toEqual([401, 401])
      expect(world.botpressCalls(before)).toEqual([])
      expect(world.vendorCalls(before)).toEqual([])
      expect(heard(user)).toEqual([])
      expect(user.hitlActive).toBe(true)
    }
  )

  it('signed as they should be are believed, at the address with a slash too', async () => {
    const user = await attended()
    const url = `${world.installation.webhookUrl}/`
    expect(await world.provider.webhook.raw('channel', replyBody(user, 'genuine words'))).toMatchObject({ status: 200 })
    expect(await world.provider.webhook.raw('app', closedBody(user), { url })).toMatchObject({ status: 200 })
    await world.settle()
    expect(heardTexts(user)).toEqual(['genuine words'])
    expect(endings(user)).toBe(1)
  })

  it('signed for another address are refused', async () => {
    const user = await attended()
    const { webhookUrl } = world.installation
    const headers = world.emulator.journal.entries.findLast(({ kind }) => kind === 'webhook')?.requestHeaders ?? {}
    const body = replyBody(user, 'replayed words')
    const sending = world.provider.webhook.raw('channel', body, { url: `${webhookUrl}/other?x=1`, headers })
    expect((await sending).status).toBe(401)
    expect(heard(user)).toEqual([])
  })

  it('are visited with HEAD and GET, and nothing else but POST', async () => {
    const before = mark()
    const methods = ['HEAD', 'GET', 'PUT', 'DELETE', 'PATCH', 'OPTIONS']
    const answers = await Promise.all(methods.map((method) => world.post({ method })))
    expect(answers).toEqual([200, 200, 405, 405, 405, 405])
    expect(world.botpressCalls(before)).toEqual([])
  })

  it.each(['{"broken', '', '"a text"', '17', 'null', '[1, 2]', '{"type": 5}'])(
    'that say nothing are unreadable although they are signed: %s',
    async (body) => {
      const before = mark()
      expect(await world.provider.webhook.raw('app', body)).toMatchObject({ status: 400 })
      expect(world.botpressCalls(before)).toEqual([])
    }
  )

  it('about other things are taken and ignored', async () => {
    const user = await attended()
    const before = mark()
    const other = (type: string) => ({ type, portalId: String(defaultSeed.portalId), channelId: '1' })
    for (const type of ['CHANNEL_ACCOUNT_CREATED', 'CHANNEL_ACCOUNT_UPDATED', 'CHANNEL_ACCOUNT_PURGED', 'NEW_THING']) {
      expect(await world.provider.webhook.raw('channel', other(type))).toMatchObject({ status: 200 })
    }
    expect(await world.provider.webhook.raw('app', [])).toMatchObject({ status: 200 })
    expect(world.botpressCalls(before)).toEqual([])
    expect(user.hitlActive).toBe(true)
  })

  it('of another portal that names a thread of the same number change nothing', async () => {
    const user = await attended()
    const body = closedBody(user).map((event) => ({ ...event, portalId: 999_999 }))
    expect(await world.provider.webhook.raw('app', body)).toMatchObject({ status: 200 })
    await world.settle()
    expect(user.hitlActive).toBe(true)
    expect(endings(user)).toBe(0)
  })

  it('delivered again after a lost answer count once', async () => {
    const user = await attended()
    world.fail('', lost('after'), 2, 'webhook')
    world.anna.reply(world.threadId(user), 'told more than once')
    world.anna.assign(world.threadId(user), BEN.id)
    await world.settle()
    expect(world.entries('webhook', '(attempt 2)').length).toBeGreaterThanOrEqual(2)
    expect(heardTexts(user)).toEqual(['told more than once'])
    expect(announced(user)).toEqual([ANNA.name, BEN.name])
  })
})

describe('what is said and what is secret', () => {
  eachOpensAWorld()

  const told = () => world.emulator.journal.entries.filter(({ kind }) => kind === 'invoke' || kind === 'webhook')
  const places = (user: User) =>
    [world.logs(), ...failures(user), JSON.stringify(told().map(({ response }) => response))].join('\n')

  it('stays out of logs, errors and answers, when things go wrong too', async () => {
    await open()
    const user = await attended({ email: 'eva.lind@example.com' })
    await user.say('my password is swordfish')
    world.anna.reply(world.threadId(user), 'never tell me passwords')
    await world.settle()
    world.fail(world.publish(), { ...refused(400), body: { message: world.provider.liveTokens[0] ?? '' } }, 2)
    await user.say('this will be refused here')
    await world.settle()
    world.fail('initialize-incoming-message', refused(400), 1, 'botpress')
    world.anna.reply(world.threadId(user), 'this is refused there')
    await world.settle()
    world.fail(world.publish(), lost('before'), 3)
    await user.say('this is lost on its way')
    await world.settle()
    world.provider.revokeRefreshToken()
    await user.say('this has no connection')
    await world.settle()
    await world.installation.register()
    expect(failures(user)).toHaveLength(3)
    const texts = [
      'swordfish',
      'passwords',
      'refused here',
      'refused there',
      'on its way',
      'no connection',
      'printer burns',
    ]
    const people = ['eva.lind', '5550199']
    expect([...texts, ...people].filter((words) => places(user).includes(words))).toEqual([])
    expect(places(user)).not.toMatch(/hapikey=[^*]|Bearer [^*]/)
  })

  it('is not repeated when it lands in the wrong setting', async () => {
    await open()
    const { refreshToken } = defaultSeed
    const { clientSecret, developerKey: developerApiKey } = defaultSeed.app
    const right = { ...settings() }
    for (const wrong of [
      { appId: clientSecret },
      { helpDeskId: refreshToken },
      { clientId: developerApiKey },
      { helpDeskId: developerApiKey },
    ]) {
      await world.installation.configure({ ...right, ...wrong })
      expect(world.installation.status).toBe('registration_failed')
      expect(world.leaks()).toEqual([])
    }
  })
})

describe('budgets', () => {
  allShareAWorld()

  it('a text of the user is one call to HubSpot, and none to Botpress when warm, two at most when cold', async () => {
    const user = await attended()
    await user.say('to warm up a little')
    await world.settle()
    let before = mark()
    await user.say('a warm message here')
    await world.emulator.settled()
    expect(calls(before)).toEqual(['POST channels/…/messages'])
    expect(world.botpressCalls(before)).toEqual([])
    await world.restart(1)
    before = mark()
    await user.say('a cold message here')
    await world.emulator.settled()
    expect(calls(before)).toEqual(['POST channels/…/messages'])
    expect(world.botpressCalls(before).length).toBeLessThanOrEqual(2)
  })

  it('a message of an agent is no call to HubSpot, and one to Botpress, warm or cold', async () => {
    const user = await attended()
    world.anna.reply(world.threadId(user), 'to warm up a little')
    await world.settle()
    for (const kind of ['warm', 'cold']) {
      if (kind === 'cold') await world.restart(1)
      const before = mark()
      world.anna.reply(world.threadId(user), `a ${kind} answer here`)
      await world.emulator.settled()
      expect([kind, world.vendorCalls(before), world.botpressCalls(before).length]).toEqual([kind, [], 1])
    }
    expect(heardTexts(user)).toHaveLength(3)
  })

  it('a hundred events of others are no call to HubSpot, and five at most to Botpress, warm or cold', async () => {
    await attended()
    for (const kind of ['warm', 'cold']) {
      if (kind === 'cold') await world.restart(1)
      const before = mark()
      await world.provider.webhook.foreignEvents(100)
      expect(world.vendorCalls(before)).toEqual([])
      expect(world.botpressCalls(before).length).toBeLessThanOrEqual(5)
    }
  })

  it('a start is three calls to HubSpot with a contact to look for, and two without', async () => {
    await escalated()
    let before = mark()
    await escalated({ email: 'tom.field@example.com' })
    expect(calls(before)).toEqual(['GET contacts/…', 'POST channels/…/messages', 'POST threads/…/messages'])
    await world.restart(1)
    before = mark()
    await escalated({ name: 'Ben' })
    expect(calls(before)).toEqual(['POST channels/…/messages', 'POST threads/…/messages'])
  })
})
