import type { FaultScope } from '@hitl/sandbox-page/protocol'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { liveFaults, type LiveFaultName } from '../src/live/faults'
import {
  callsOf,
  chatOf,
  entries,
  lastStep,
  newUser,
  openLive,
  type Played,
  says,
  type Session,
  shown,
  talking,
  userOf,
} from './live-kit'

/** More than a provider waits before its next attempt. */
const NEXT_ATTEMPT_MS = 61_000

const TOKENS_WINDOW_MS = 660_000

/** Calls of the provider that are repeated without doing anything twice. */
const OVERCOME = [
  'token-expired',
  'unauthorized',
  'rate-limited',
  'server-error',
  'slow',
  'dropped-before',
  'dropped-after',
] as const satisfies readonly LiveFaultName[]

const MAY_BE_LOUD: ReadonlySet<LiveFaultName> = new Set(['server-error', 'dropped-before'])

const REFUSED = ['unauthorized', 'rate-limited', 'server-error', 'dropped-before', 'dropped-after'] as const

/** Whatever is switched on: nothing is lost in silence, doubled or told to somebody else. */
export function faultSuite(name: string): void {
  describe(`faults of ${name}`, () => {
    let page: Played
    let count = 0
    beforeAll(async () => void (page = await openLive(name)))
    afterAll(() => page.live.close())
    afterEach(async () => {
      for (const fault of liveFaults) await page.play({ type: 'setFault', name: fault.name, on: false })
      await page.play({ type: 'setFaultScope', scope: 'first' })
      // Zoho gives ten tokens in ten minutes.
      await page.play({ type: 'moveClock', ms: TOKENS_WINDOW_MS })
    })

    const somebody = () => `User${String.fromCodePoint(65 + (count += 1))}x`
    const switchOn = async (fault: LiveFaultName, scope: FaultScope = 'first') => {
      await page.play({ type: 'setFaultScope', scope })
      await page.play({ type: 'setFault', name: fault, on: true })
    }
    const switchOff = (fault: LiveFaultName) => page.play({ type: 'setFault', name: fault, on: false })
    const pass = (ms: number) => page.play({ type: 'moveClock', ms })
    const write = ({ chat, agent }: Session, text: string) => page.play({ type: 'agentWrites', chat, agent, text })
    const arrived = ({ chat }: Session, words: string) =>
      entries(page, chat, 'contact').filter((one) => one === words).length
    const heard = ({ user }: Session, words: string) => shown(page, user, 'agent').filter((one) => one === words).length
    const failures = ({ user }: { user: string }) => shown(page, user, 'failure')
    const hits = () => callsOf(page, lastStep(page)).filter((call) => call.fault !== undefined).length
    const chats = (user: string) => {
      const { email } = userOf(page, user)
      return page.known().view.chats.filter(({ contact }) => contact.email === email)
    }

    describe.each(OVERCOME)('%s, the first call of each step', (fault) => {
      it('opens one chat with the whole hand-over, or none and says so', { timeout: 60_000 }, async () => {
        const user = await newUser(page, somebody())
        await says(page, user, 'My printer smokes')
        await switchOn(fault)
        await page.play({ type: 'userAsksForHuman', user, title: 'Broken printer' })
        if (fault !== 'token-expired') expect(hits()).toBe(1)
        expect(lastStep(page).faults).toHaveLength(1)
        const isLoud = failures({ user }).length > 0
        // Who opens a chat twice has two, so some providers' calls are not repeated.
        if (!MAY_BE_LOUD.has(fault)) expect(failures({ user })).toEqual([])
        expect(userOf(page, user).hitlActive).toBe(!isLoud)
        expect(chats(user)).toHaveLength(isLoud ? 0 : 1)
        if (isLoud) {
          await switchOff(fault)
          await page.play({ type: 'userAsksForHuman', user, title: 'Broken printer' })
          expect(chats(user)).toHaveLength(1)
        }
        expect(JSON.stringify(chatOf(page, user))).toContain('Broken printer')
        expect(JSON.stringify(chatOf(page, user))).toContain('My printer smokes')
      })

      it('delivers each message once, in both directions', { timeout: 60_000 }, async () => {
        const session = await talking(page, somebody())
        await switchOn(fault)
        await says(page, session.user, 'one')
        if (fault !== 'token-expired') expect(hits()).toBe(1)
        await write(session, 'answer')
        await says(page, session.user, 'two')
        expect(failures(session)).toEqual([])
        expect([arrived(session, 'one'), arrived(session, 'two'), heard(session, 'answer')]).toEqual([1, 1, 1])
      })
    })

    describe.each(REFUSED)('%s, every call', (fault) => {
      it('fails loudly or delivers once, and works again afterwards', { timeout: 90_000 }, async () => {
        const session = await talking(page, somebody())
        const user = await newUser(page, somebody())
        await switchOn(fault, 'every')
        await says(page, session.user, 'one')
        expect(hits()).toBeGreaterThan(0)
        const lost = failures(session)
        expect(arrived(session, 'one')).toBeLessThanOrEqual(1)
        // Where each answer is lost, a message may have arrived although nobody can tell.
        expect(lost.length + arrived(session, 'one')).toBeGreaterThanOrEqual(1)
        expect(lost.length).toBeLessThanOrEqual(1)
        await page.play({ type: 'userAsksForHuman', user })
        const isActive = userOf(page, user).hitlActive
        expect(failures({ user })).toHaveLength(isActive ? 0 : 1)
        expect(lastStep(page).error === undefined).toBe(isActive)
        await switchOff(fault)
        await says(page, session.user, 'two')
        expect(arrived(session, 'two')).toBe(1)
        expect(failures(session)).toEqual(lost)
        if (!isActive) await page.play({ type: 'userAsksForHuman', user })
        expect(userOf(page, user)).toMatchObject({ hitlActive: true })
      })
    })

    it('slow, every call: each message arrives once', { timeout: 60_000 }, async () => {
      const session = await talking(page, somebody())
      await switchOn('slow', 'every')
      await says(page, session.user, 'slowly')
      expect([arrived(session, 'slowly'), failures(session)]).toEqual([1, []])
    })

    it(
      'botpress-error, the first call: a webhook is delivered again by moving the clock',
      { timeout: 60_000 },
      async () => {
        const session = await talking(page, somebody())
        await switchOn('botpress-error')
        await write(session, 'after all')
        expect(hits()).toBe(1)
        await pass(NEXT_ATTEMPT_MS)
        expect(heard(session, 'after all')).toBe(1)
      }
    )

    it(
      'botpress-error, every call: what an agent wrote comes once all is well again',
      { timeout: 60_000 },
      async () => {
        const session = await talking(page, somebody())
        await switchOn('botpress-error', 'every')
        await write(session, 'after all')
        expect(heard(session, 'after all')).toBe(0)
        expect(callsOf(page, lastStep(page)).find(({ kind }) => kind === 'webhook')).toMatchObject({ ok: false })
        await switchOff('botpress-error')
        await pass(NEXT_ATTEMPT_MS)
        expect(heard(session, 'after all')).toBe(1)
      }
    )

    it('botpress-error, every call: a hand-over fails loudly', { timeout: 60_000 }, async () => {
      const user = await newUser(page, somebody())
      await switchOn('botpress-error', 'every')
      await page.play({ type: 'userAsksForHuman', user })
      expect(userOf(page, user)).toMatchObject({ hitlActive: false })
      expect(failures({ user })).toHaveLength(1)
      await switchOff('botpress-error')
      await page.play({ type: 'userAsksForHuman', user })
      expect(userOf(page, user)).toMatchObject({ hitlActive: true })
    })

    it('webhook-twice: everything is told once', async () => {
      await switchOn('webhook-twice')
      const session = await talking(page, somebody())
      await write(session, 'only once')
      expect(callsOf(page, lastStep(page)).filter(({ kind }) => kind === 'webhook').length).toBeGreaterThanOrEqual(2)
      await page.play({ type: 'agentCloses', chat: session.chat, agent: session.agent })
      await pass(10_000)
      expect(heard(session, 'only once')).toBe(1)
      expect(shown(page, session.user, 'notice')).toHaveLength(3)
      expect(userOf(page, session.user)).toMatchObject({ hitlActive: false })
    })

    it('webhook-reordered: nothing comes before the release, then everything, the end last', async () => {
      const session = await talking(page, somebody())
      await switchOn('webhook-reordered')
      for (const text of ['one', 'two']) await write(session, text)
      await page.play({ type: 'agentCloses', chat: session.chat, agent: session.agent })
      expect(page.known().view.held).toBeGreaterThanOrEqual(3)
      expect(shown(page, session.user, 'agent')).toEqual([])
      await switchOff('webhook-reordered')
      await pass(10_000)
      expect(page.known().view.held).toBe(0)
      expect(shown(page, session.user, 'agent').toSorted()).toEqual(['one', 'two'])
      expect(userOf(page, session.user)).toMatchObject({ hitlActive: false })
      expect(userOf(page, session.user).items.at(-1)).toMatchObject({ from: 'notice' })
    })

    it('before-the-answer: the agent is there and is told once; switched off, nobody is', async () => {
      await switchOn('before-the-answer')
      const user = await newUser(page, somebody())
      await page.play({ type: 'userAsksForHuman', user })
      await pass(10_000)
      expect(chatOf(page, user)).toMatchObject({ state: 'active', agent: { id: expect.any(String) } })
      expect(shown(page, user, 'notice')).toHaveLength(2)
      await switchOff('before-the-answer')
      const later = await newUser(page, somebody())
      await page.play({ type: 'userAsksForHuman', user: later })
      await pass(10_000)
      expect(chatOf(page, later)).toMatchObject({ state: 'waiting' })
    })

    it('instance-killed: a fresh process takes each step over', { timeout: 60_000 }, async () => {
      const session = await talking(page, somebody())
      const { restarts } = page.known().view.instance
      await switchOn('instance-killed')
      await says(page, session.user, 'one')
      await write(session, 'answer')
      expect(page.known().view.instance).toEqual({ state: 'running', restarts: restarts + 2 })
      expect([arrived(session, 'one'), heard(session, 'answer'), failures(session)]).toEqual([1, 1, []])
    })

    it('tells which faults there are, and which of them have a scope', () => {
      const { faults } = page.known().view
      expect(faults.map((fault) => fault.name)).toEqual(liveFaults.map((fault) => fault.name))
      const scoped = faults.filter((fault) => fault.scoped).map((fault) => fault.name)
      expect(scoped).toEqual([...REFUSED.slice(0, 3), 'slow', ...REFUSED.slice(3), 'botpress-error'])
    })
  })
}
