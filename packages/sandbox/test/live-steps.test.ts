import type { Step } from '@hitl/sandbox-page/protocol'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  callsOf,
  found,
  lastStep,
  NAMES,
  newUser,
  openLive,
  PICTURE,
  type Played,
  says,
  type Session,
  talking,
  waiting,
} from './live-kit'

const HOUR_MS = 3_600_000

/** What the page shows when a step was dearer than the table allows. */
const tooDear = ({ known }: Played, user: string): string[] =>
  known().steps.flatMap(({ title, counts, budget, users }) =>
    budget && !budget.kept && users.includes(user)
      ? [`${title}: ${counts.vendor}/${counts.botpress} (${budget.temperature})`]
      : []
  )

describe.each(NAMES)('the steps with %s', (name) => {
  let page: Played
  let eve: Session
  beforeAll(async () => {
    page = await openLive(name)
    eve = await talking(page, 'Eve')
  })
  afterAll(() => page.live.close())

  const after = async (act: Promise<unknown>): Promise<Step> => {
    await act
    return lastStep(page)
  }
  const isWithin = (step: Step, title: string, temperature: 'warm' | 'cold') => {
    expect(step.budget).toMatchObject({
      title,
      temperature,
      kept: true,
    })
    expect(step.counts.vendor).toBeLessThanOrEqual(found(step.budget?.vendor, 'limit'))
    expect(step.counts.botpress).toBeLessThanOrEqual(found(step.budget?.botpress, 'limit'))
  }

  it('begin with the registration, whose calls all belong to it', () => {
    const [first] = page.known().steps
    expect(first).toMatchObject({ title: 'The integration is installed and registers', users: [], running: false })
    expect(first?.counts.vendor).toBeGreaterThan(0)
    expect(callsOf(page, found(first, 'step')).some(({ label }) => label === 'register')).toBe(true)
  })

  it('keep the budget while the instance is warm', async () => {
    const { user, chat, agent } = eve
    isWithin(await after(says(page, user, 'hello')), 'user text', 'warm')
    isWithin(await after(page.play({ type: 'agentWrites', chat, agent, text: 'hi' })), 'agent message', 'warm')
    const tim = await newUser(page, 'Tim')
    isWithin(await after(page.play({ type: 'userAsksForHuman', user: tim })), 'startHitl, first time', 'warm')
    const key = found(page.known().view.chats.at(-1), 'chat').key
    isWithin(await after(page.play({ type: 'agentTakes', chat: key, agent })), 'agent assigned', 'warm')
    isWithin(await after(page.play({ type: 'agentCloses', chat: key, agent })), 'closed by the agent', 'warm')
    await page.play({ type: 'moveClock', ms: 10_000 })
    isWithin(await after(page.play({ type: 'userAsksForHuman', user: tim })), 'startHitl, returning user', 'warm')
    expect(tooDear(page, user)).toEqual([])
  })

  it('keep the budget of a fresh instance after the old one was killed', async () => {
    const { user, chat, agent } = await talking(page, 'Kim')
    const cold = async (act: () => Promise<unknown>) => {
      await page.play({ type: 'killInstance' })
      return after(act())
    }
    isWithin(await cold(() => says(page, user, 'hello')), 'user text', 'cold')
    isWithin(await cold(() => page.play({ type: 'agentWrites', chat, agent, text: 'hi' })), 'agent message', 'cold')
    isWithin(await cold(() => page.play({ type: 'agentCloses', chat, agent })), 'closed by the agent', 'cold')
    await page.play({ type: 'moveClock', ms: 10_000 })
    isWithin(await cold(() => page.play({ type: 'userAsksForHuman', user })), 'startHitl, returning user', 'cold')
    expect(page.known().view.instance).toMatchObject({ state: 'running', restarts: 4 })
  })

  it('raise no false alarm when a fresh instance has heard one side only', async () => {
    const { user, chat, agent } = await talking(page, 'Jim')
    await page.play({ type: 'killInstance' })
    await page.play({ type: 'agentWrites', chat, agent, text: 'first' })
    await says(page, user, 'second')
    await page.play({ type: 'killInstance' })
    await says(page, user, 'third')
    await page.play({ type: 'agentWrites', chat, agent, text: 'fourth' })
    expect(tooDear(page, user)).toEqual([])
  })

  it('have no budget in a session that is too young for one', async () => {
    const { chat, agent } = await waiting(page, 'Ned')
    await page.play({ type: 'agentTakes', chat, agent })
    const step = await after(page.play({ type: 'agentWrites', chat, agent, text: 'early' }))
    expect(step.unbudgeted).toBe('the session is too young')
    expect(step.budget).toBeUndefined()
  })

  it('have no budget while faults are switched on', async () => {
    await page.play({ type: 'setFault', name: 'webhook-twice', on: true })
    const step = await after(says(page, eve.user, 'under a fault'))
    await page.play({ type: 'setFault', name: 'webhook-twice', on: false })
    expect(step).toMatchObject({ unbudgeted: 'faults are switched on', faults: ['Webhooks delivered twice'] })
    expect(step.budget).toBeUndefined()
  })

  it('have no budget when a token had to be renewed, and have one again afterwards', async () => {
    // Tokens of LiveChat live for a day.
    await page.play({ type: 'moveClock', ms: name === 'livechat' ? 25 * HOUR_MS : HOUR_MS })
    const renewed = await after(says(page, eve.user, 'an hour later'))
    expect(renewed).toMatchObject({ unbudgeted: 'an access token was renewed' })
    expect(renewed.budget).toBeUndefined()
    isWithin(await after(says(page, eve.user, 'and again')), 'user text', 'warm')
  })

  it('raise no false alarm when a session goes to another place of the account for the first time', async () => {
    const options = {
      livechat: { groupId: 1 },
      hubspot: { inboxId: '1431487402' },
      'zoho-salesiq': { departmentId: '402199000000002015' },
    }
    const user = await newUser(page, 'Pam')
    await page.play({ type: 'userAsksForHuman', user, options: options[name] })
    expect(tooDear(page, user)).toEqual([])
  })

  it('count downloads of files apart from the calls', async () => {
    const { url, name: title } = page.live.upload({ name: 'p.png', contentType: 'image/png', bytes: PICTURE })
    const step = await after(
      page.play({ type: 'userSays', user: eve.user, message: { type: 'image', imageUrl: url, title } })
    )
    expect(step.title).toBe('Eve sends p.png')
    expect(step.counts.media).toBe(1)
  })

  it('count exactly the calls that the journal lists for them', () => {
    for (const step of page.known().steps) {
      const calls = callsOf(page, step)
      expect(calls.every(({ users }) => JSON.stringify(users) === JSON.stringify(step.users))).toBe(true)
      const botpress = calls.filter(({ kind }) => kind === 'botpress').length
      // The first hand-over makes the user as well, which the table counts apart.
      expect(botpress).toBeGreaterThanOrEqual(step.counts.botpress)
      if (!step.title.includes('asks for a human')) expect(botpress).toBe(step.counts.botpress)
    }
  })

  it('tell quotes of at most 60 characters, in one line', async () => {
    const step = await after(says(page, eve.user, `${'a\n'.repeat(40)}end`))
    expect(step.title).toBe(`Eve writes “${'a '.repeat(30)}…”`)
  })

  it.each([
    [1_000, '1 second'],
    [90_000, '90 seconds'],
    [120_000, '2 minutes'],
    [HOUR_MS, '1 hour'],
    [1_234, '1234 milliseconds'],
  ])('tell a move of the clock by %i ms in words', async (ms, words) => {
    const before = page.known().view.clock.offsetMs
    const step = await after(page.play({ type: 'moveClock', ms }))
    expect(step.title).toBe(`The clock is moved by ${words}`)
    expect(page.known().view.clock.offsetMs - before).toBeGreaterThanOrEqual(ms - 50)
  })
})
