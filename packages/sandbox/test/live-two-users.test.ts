import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { callsOf, entries, NAMES, newUser, openLive, type Played, says, type Session, shown, talking } from './live-kit'

const ROUNDS = 12

describe.each(NAMES)('two users of %s at the same moment', (name) => {
  let page: Played
  let ana: Session
  let bob: Session
  beforeAll(async () => {
    page = await openLive(name)
    ana = await talking(page, 'Ann')
    bob = await talking(page, 'Bob')
  })
  afterAll(() => page.live.close())

  const both = <T>(act: (session: Session, who: string) => Promise<T>) =>
    Promise.all([act(ana, 'Ann'), act(bob, 'Bob')])
  const lines = (who: string, side: string) =>
    Array.from({ length: ROUNDS }, (_, round) => `${side} of ${who}, round ${round}.`)

  it('each get what is theirs, and each call is in its own step', async () => {
    const before = new Set(page.known().steps.map(({ id }) => id))
    for (let round = 0; round < ROUNDS; round += 1) {
      await both(async ({ user, chat, agent }, who) => {
        await Promise.all([
          says(page, user, `user of ${who}, round ${round}.`),
          page.play({ type: 'agentWrites', chat, agent, text: `agent of ${who}, round ${round}.` }),
        ])
      })
    }
    for (const [{ user, chat }, who] of [[ana, 'Ann'] as const, [bob, 'Bob'] as const]) {
      expect(shown(page, user, 'agent')).toEqual(lines(who, 'agent'))
      expect(entries(page, chat, 'contact').filter((line) => line.includes('round'))).toEqual(lines(who, 'user'))
      expect(shown(page, user, 'failure')).toEqual([])
    }
    const steps = page.known().steps.filter(({ id }) => !before.has(id))
    expect(steps).toHaveLength(4 * ROUNDS)
    for (const step of steps) {
      const quote = /“(.*)”/.exec(step.title)?.[1] ?? ''
      const { user } = quote.includes('of Ann') ? ana : bob
      const calls = callsOf(page, step)
      expect(step.users).toEqual([user])
      expect(calls.length).toBeGreaterThan(1)
      expect(calls.every(({ users }) => users.length === 1 && users[0] === user)).toBe(true)
      expect(step.budget).toMatchObject({ kept: true, temperature: 'warm' })
      const bodies = JSON.stringify(calls.map(({ seq }) => page.live.callDetail(seq)))
      expect(bodies).toContain(quote)
      const others = [
        ...lines('Ann', 'user'),
        ...lines('Ann', 'agent'),
        ...lines('Bob', 'user'),
        ...lines('Bob', 'agent'),
      ]
      expect(others.filter((line) => line !== quote && bodies.includes(line))).toEqual([])
    }
  })

  it('are each hit by a fault of their own, and nothing is lost', { timeout: 30_000 }, async () => {
    await page.play({ type: 'setFault', name: 'server-error', on: true })
    await both(({ user }, who) => says(page, user, `${who} in trouble`))
    await page.play({ type: 'setFault', name: 'server-error', on: false })
    const troubled = page.known().steps.filter(({ title }) => title.includes('in trouble'))
    const hits = troubled.map((step) => callsOf(page, step).filter(({ fault }) => fault !== undefined).length)
    expect(hits).toEqual([1, 1])
    for (const [{ chat }, who] of [[ana, 'Ann'] as const, [bob, 'Bob'] as const]) {
      expect(entries(page, chat, 'contact').filter((line) => line.includes('trouble'))).toEqual([`${who} in trouble`])
    }
  })

  it('leave no call of a conversation without its user', () => {
    const untold = page
      .known()
      .calls.filter(({ kind, step }) => kind !== 'note' && step === undefined)
      .map(({ direction, label }) => `${direction} ${label}`)
    expect(untold).toEqual([])
  })

  it('are handed over at the same moment into a chat each', async () => {
    const names = ['Cleo', 'Dora', 'Emil', 'Finn']
    const users = await Promise.all(names.map((one) => newUser(page, one)))
    await Promise.all(users.map((user) => page.play({ type: 'userAsksForHuman', user })))
    const chats = page.known().view.chats.slice(-names.length)
    expect(chats.map(({ contact }) => contact.name).toSorted()).toEqual(names)
    for (const [index, user] of users.entries()) {
      const step = page.known().steps.findLast(({ users: [first] }) => first === user)
      expect(step).toMatchObject({ title: `${names[index]} asks for a human`, users: [user] })
      expect(step?.error).toBeUndefined()
      expect(shown(page, user, 'failure')).toEqual([])
    }
  })

  it('have webhooks that are held back told to the right user, in the step that made them', async () => {
    await page.play({ type: 'setFault', name: 'webhook-reordered', on: true })
    await both(({ chat, agent }, who) => page.play({ type: 'agentWrites', chat, agent, text: `held for ${who}` }))
    await page.play({ type: 'moveClock', ms: 5_000 })
    const held = page.known().steps.slice(-3, -1)
    expect(page.known().view.held).toBeGreaterThanOrEqual(2)
    expect(shown(page, ana.user, 'agent')).not.toContain('held for Ann')
    expect(held.flatMap((step) => callsOf(page, step)).filter(({ kind }) => kind === 'botpress')).toEqual([])

    await page.play({ type: 'releaseWebhooks' })
    expect(page.known().view.held).toBe(0)
    for (const [{ user }, who] of [[ana, 'Ann'] as const, [bob, 'Bob'] as const]) {
      expect(shown(page, user, 'agent').filter((line) => line.startsWith('held'))).toEqual([`held for ${who}`])
      const step = held.find(({ title }) => title.includes(`held for ${who}`))
      const calls = page.known().calls.filter((call) => call.step === step?.id)
      expect(calls.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['webhook', 'botpress']))
      expect(calls.every(({ users }) => users.length === 1 && users[0] === user)).toBe(true)
    }
    // What is switched on stays on after a release.
    await page.play({ type: 'agentWrites', chat: ana.chat, agent: ana.agent, text: 'held again' })
    expect(page.known().view.held).toBeGreaterThanOrEqual(1)
    await page.play({ type: 'setFault', name: 'webhook-reordered', on: false })
    expect(page.known().view.held).toBe(0)
    expect(shown(page, ana.user, 'agent')).toContain('held again')
  })
})
