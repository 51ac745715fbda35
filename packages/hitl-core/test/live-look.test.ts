import { InternalError, InvalidPayloadError } from '@botpress/client'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { ProviderEvent } from '../src/adapter'
import { OPENING_LOOKS_MS } from '../src/sessions'
import { SETTLE_MS } from '../src/timing'
import {
  abandonStart,
  addLiveSessions,
  CERTAIN_AFTER_MS,
  createLiveWorld,
  deliver,
  forgetCalls,
  keys,
  makeCertain,
  operationsOf,
  passMs,
  reportsOf,
  startSlowly,
  tagsOf,
} from './live-world'
import {
  announcedAgents,
  assigned,
  closed,
  createInstance,
  freezeTime,
  heardTexts,
  openSession,
  openSettledSession,
  said,
  stops,
  untilQuiet,
  withTimePassing,
  type World,
} from './support'

beforeEach(() => void freezeTime())
afterEach(() => void vi.useRealTimers())

const PAGE = 20
const FOREIGN = 'that no bot opened'
const lists = (count: number) => Array.from({ length: count }, () => 'listConversations')
/** Assignments and ends of as many threads that are not ours. */
const foreign = (count: number, prefix = 'thread-foreign'): ProviderEvent[] =>
  keys(prefix, count).map((key, index) => (index % 2 === 0 ? assigned(key, 'a') : closed(key)))

/** Two sessions opened by one instance, and another instance that has seen nothing yet. */
async function setUp() {
  const world = createLiveWorld()
  const opener = await createInstance(world)
  const one = await openSettledSession(world, opener, 'Uma')
  const two = await openSettledSession(world, opener, 'Otto')
  const cold = await createInstance(world)
  forgetCalls(world)
  return { world, opener, cold, one, two }
}

/** A start that has not heard from the provider, another session, and an instance that has seen neither. */
async function opening() {
  const { world, opener, cold, one } = await setUp()
  return { world, opener, cold, one, ...(await startSlowly(world, opener)) }
}

describe('a webhook full of threads that are not ours', () => {
  it('costs one call on an instance that knows nothing, and changes nothing', async () => {
    const { world, cold } = await setUp()
    const before = JSON.stringify([world.botpress.conversations(), world.botpress.users()])
    expect(await deliver(cold, ...foreign(100))).toBe(200)
    expect(operationsOf(world)).toEqual(lists(1))
    expect(world.botpress.calls[0]?.input).toEqual({ channel: 'hitl', tags: { live: 'yes' } })
    await makeCertain(cold, ...foreign(100))
    expect(world.provider.calls).toEqual([])
    expect(JSON.stringify([world.botpress.conversations(), world.botpress.users()])).toBe(before)
  })

  it('costs one call whenever it comes in its first minute, one more after that, and none from then on', async () => {
    const { world, cold } = await setUp()
    const costs: number[] = []
    for (const waitMs of [0, 0, 30_000, CERTAIN_AFTER_MS - 30_000, 1, 0, 3_600_000]) {
      passMs(waitMs)
      forgetCalls(world)
      expect(await deliver(cold, ...foreign(100))).toBe(200)
      expect(operationsOf(world)).toEqual(lists(world.botpress.calls.length))
      costs.push(world.botpress.calls.length)
    }
    expect(costs).toEqual([1, 1, 1, 1, 1, 0, 0])
  })

  it('is not taken for certain by one look only, however late', async () => {
    const { world, cold } = await setUp()
    passMs(3_600_000)
    await deliver(cold, ...foreign(5))
    forgetCalls(world)
    await deliver(cold, ...foreign(5))
    expect(operationsOf(world)).toEqual(lists(1))
  })

  it('is never taken for certain by what anybody may have sent', async () => {
    const { world } = await setUp()
    let proof: 'unproven' | undefined = 'unproven'
    const { extend } = world
    world.extend = (adapter, modules) => ({ ...extend(adapter, modules), verifyWebhook: () => proof })
    const instance = await createInstance(world)
    for (let minutes = 0; minutes < 3; minutes += 1) {
      forgetCalls(world)
      expect(await deliver(instance, ...foreign(5))).toBe(200)
      expect(operationsOf(world)).toEqual(lists(1))
      passMs(CERTAIN_AFTER_MS + 1)
    }
    proof = undefined
    // Noted for the first time, then for certain.
    for (const cost of [1, 1, 0]) {
      forgetCalls(world)
      await deliver(instance, ...foreign(5))
      expect(operationsOf(world)).toEqual(lists(cost))
      passMs(CERTAIN_AFTER_MS + 1)
    }
  })

  it('is not made certain by what anybody may have sent after it was found once', async () => {
    const { world } = await setUp()
    let proof: 'unproven' | undefined
    const { extend } = world
    world.extend = (adapter, modules) => ({ ...extend(adapter, modules), verifyWebhook: () => proof })
    const instance = await createInstance(world)
    await deliver(instance, assigned('thread-later', 'a'))
    proof = 'unproven'
    passMs(CERTAIN_AFTER_MS + 1)
    await deliver(instance, assigned('thread-later', 'a'))
    proof = undefined
    const [conversationId = 'none'] = await addLiveSessions(world, ['thread-later'])
    expect(await deliver(instance, assigned('thread-later', 'a'))).toBe(200)
    expect(announcedAgents(world, conversationId)).toEqual(['a'])
  })

  it.each([0, 30_000, CERTAIN_AFTER_MS, CERTAIN_AFTER_MS + 1, 3_600_000])(
    'that is bound meanwhile is found by the first event %i ms after it was looked for',
    async (afterMs) => {
      const { world, cold } = await setUp()
      await deliver(cold, ...foreign(5), assigned('thread-later', 'a'))
      passMs(afterMs)
      const [conversationId = 'none'] = await addLiveSessions(world, ['thread-later'])
      expect(await deliver(cold, ...foreign(5), assigned('thread-later', 'a'))).toBe(200)
      expect(announcedAgents(world, conversationId)).toEqual(['a'])
    }
  )

  it('costs one call when nobody of ours has a session at all', async () => {
    const world = createLiveWorld()
    const instance = await createInstance(world)
    expect(await deliver(instance, ...foreign(100))).toBe(200)
    expect(operationsOf(world)).toEqual(lists(1))
  })

  it('leaves one line in the log, and none when all of them are known to be foreign', async () => {
    const { world, cold } = await setUp()
    await deliver(cold, ...foreign(100))
    expect(world.log).toEqual([`Acme webhook: 100 threads ${FOREIGN}, ignored.`])
    await makeCertain(cold, ...foreign(100))
    world.log.length = 0
    await deliver(cold, ...foreign(100))
    expect(world.log).toEqual([])
  })

  it('counts a thread once, however many events tell of it', async () => {
    const { world, cold } = await setUp()
    await deliver(cold, ...foreign(5), ...foreign(5), ...foreign(5))
    expect(operationsOf(world)).toEqual(lists(1))
    expect(world.log).toEqual([`Acme webhook: 5 threads ${FOREIGN}, ignored.`])
  })

  it('costs one call for the new ones among those that are known to be foreign', async () => {
    const { world, cold } = await setUp()
    await makeCertain(cold, ...foreign(50))
    forgetCalls(world)
    await deliver(cold, ...foreign(53))
    expect(operationsOf(world)).toEqual(lists(1))
    expect(world.log).toEqual([`Acme webhook: 3 threads ${FOREIGN}, ignored.`])
  })

  it('is answered with 503 when Botpress does not answer, and nothing is taken for foreign', async () => {
    const { world, cold } = await setUp()
    world.botpress.failNext('listConversations', new InternalError('down'))
    expect(await deliver(cold, ...foreign(100))).toBe(503)
    passMs(CERTAIN_AFTER_MS + 1)
    for (const cost of [1, 1]) {
      forgetCalls(world)
      expect(await deliver(cold, ...foreign(100))).toBe(200)
      expect(operationsOf(world)).toEqual(lists(cost))
    }
  })

  it('makes nothing foreign for another installation', async () => {
    const { world, cold } = await setUp()
    await makeCertain(cold, ...foreign(3))
    forgetCalls(world)
    await deliver(cold, ...foreign(3))
    expect(operationsOf(world)).toEqual([])
    // The same process serves it.
    world.webhookId += '-other'
    await deliver(cold, ...foreign(3))
    expect(operationsOf(world)).toEqual(lists(1))
  })
})

describe('many live sessions', () => {
  it.each([
    [PAGE, 1],
    [PAGE + 1, 2],
    [4 * PAGE, 4],
  ])('(%i of them) cost %i calls, and nothing is looked up by itself', async (sessions, calls) => {
    const world = createLiveWorld()
    const instance = await createInstance(world)
    await addLiveSessions(world, keys('ours', sessions))
    expect(await deliver(instance, ...foreign(30))).toBe(200)
    expect(operationsOf(world)).toEqual(lists(calls))
  })

  it('on more than four pages cost four calls and one per unknown thread, at most ten at a time', async () => {
    const world = createLiveWorld()
    const instance = await createInstance(world)
    await addLiveSessions(world, keys('ours', 5 * PAGE))
    let running = 0
    let most = 0
    const { listConversations } = world.botpress
    world.botpress.listConversations = async (input) => {
      running += 1
      most = Math.max(most, running)
      return listConversations(input).finally(() => (running -= 1))
    }
    const known = keys('ours', 5 * PAGE).slice(-10)
    const statuses = await deliver(instance, ...foreign(35), ...known.map((key) => assigned(key, 'a')))
    expect(statuses).toBe(200)
    expect(world.botpress.callsOf('listConversations')).toHaveLength(4 + 35)
    expect(most).toBe(10)
    for (const [waitMs, cost] of [
      [CERTAIN_AFTER_MS + 1, 4 + 35],
      [0, 0],
    ] as const) {
      passMs(waitMs)
      forgetCalls(world)
      expect(await deliver(instance, ...foreign(35))).toBe(200)
      expect(operationsOf(world)).toEqual(lists(cost))
    }
  })

  it('are found on every page, and beyond the fourth', async () => {
    const world = createLiveWorld()
    const instance = await createInstance(world)
    const all = keys('ours', 5 * PAGE + 1)
    const ids = await addLiveSessions(world, all)
    const chosen = all.flatMap((key, index) => (index % PAGE === 0 ? { key, id: ids[index] ?? 'none' } : []))
    expect(await deliver(instance, ...chosen.map(({ key }) => assigned(key, 'a')), ...foreign(5))).toBe(200)
    expect(chosen.map(({ id }) => announcedAgents(world, id))).toEqual(chosen.map(() => ['a']))
    expect(world.log).toContain(`Acme webhook: 5 threads ${FOREIGN}, ignored.`)
  })
})

describe('few unknown threads among many live sessions', () => {
  async function crowd(sessions: number) {
    const world = createLiveWorld()
    const opener = await createInstance(world)
    const all = keys('ours', sessions)
    const ids = await addLiveSessions(world, all)
    const nth = (index: number) => ({ key: all.at(index) ?? 'none', id: ids.at(index) ?? 'none' })
    return { world, opener, cold: await createInstance(world), sessions: [nth(0), nth(sessions / 2), nth(-1)] }
  }

  it.each([2 * PAGE, 5 * PAGE, 500])('cost the same calls for ours, however many there are (%i)', async (count) => {
    for (const at of [0, 1, 2]) {
      const { world, cold, sessions } = await crowd(count)
      const { key, id } = sessions[at] ?? { key: 'none', id: 'none' }
      expect(await deliver(cold, assigned(key, 'a'))).toBe(200)
      expect(world.botpress.callsOf('listConversations').length).toBeLessThanOrEqual(3)
      expect(announcedAgents(world, id)).toEqual(['a'])
    }
  })

  it.each([1, 2, 3])(
    'cost two calls and one for each of them that is foreign (%i), until that is certain',
    async (few) => {
      const { world, cold } = await crowd(5 * PAGE)
      for (const [waitMs, cost] of [
        [0, 2 + few],
        [CERTAIN_AFTER_MS + 1, 2 + few],
        [0, 0],
      ] as const) {
        passMs(waitMs)
        forgetCalls(world)
        expect(await deliver(cold, ...foreign(few))).toBe(200)
        expect(operationsOf(world)).toEqual(lists(cost))
      }
      expect(world.log).toEqual([])
      expect(world.botpress.conversations()).toHaveLength(5 * PAGE)
    }
  )

  it('are waited for while a start is at work, though its conversation is on no page that is read', async () => {
    const { world, opener, cold } = await crowd(PAGE)
    const { starting, answer, threadKey, conversationId } = await startSlowly(world, opener)
    await addLiveSessions(world, keys('later', 3 * PAGE))
    setTimeout(answer, 600)
    expect(await withTimePassing(deliver(cold, assigned(threadKey, 'a'), ...foreign(1)))).toBe(200)
    await starting
    expect(announcedAgents(world, conversationId)).toEqual(['a'])
    expect(world.log).toContain(`Acme webhook: 1 threads ${FOREIGN}, ignored.`)
  })

  it.each([1, 2])('are found when they are bound between two of our calls (after call %i)', async (call) => {
    const { world, opener, cold } = await crowd(PAGE)
    const { starting, answer, threadKey, conversationId } = await startSlowly(world, opener)
    await addLiveSessions(world, keys('later', 3 * PAGE))
    const { listConversations } = world.botpress
    let calls = 0
    world.botpress.listConversations = async (input) => {
      const listed = await listConversations(input)
      calls += 1
      if (calls === call) {
        answer()
        await starting
      }
      return listed
    }
    expect(await withTimePassing(deliver(cold, assigned(threadKey, 'a')))).toBe(200)
    expect(announcedAgents(world, conversationId)).toEqual(['a'])
  })

  it('are answered with 503 when their start takes too long', async () => {
    const { world, opener, cold } = await crowd(5 * PAGE)
    const { starting, answer, threadKey } = await startSlowly(world, opener)
    await addLiveSessions(world, keys('later', PAGE))
    expect(await withTimePassing(deliver(cold, assigned(threadKey, 'a')))).toBe(503)
    answer()
    await starting
  })
})

describe('a webhook about threads of ours and others', () => {
  it('applies each event of ours once, in order per thread, and ignores the others', async () => {
    const { world, cold, one, two } = await setUp()
    const [a, b, c] = foreign(3)
    if (!a || !b || !c) throw new Error('three events')
    const request = [
      a,
      assigned(one.threadKey, 'a'),
      said(two.threadKey, 'm1', 'to Otto, one'),
      b,
      said(one.threadKey, 'm1', 'to Uma, one'),
      said(one.threadKey, 'm2', 'to Uma, two'),
      said(two.threadKey, 'm2', 'to Otto, two'),
      c,
      closed(two.threadKey),
    ]
    expect(await deliver(cold, ...request)).toBe(200)
    expect(operationsOf(world).filter((operation) => operation === 'listConversations')).toEqual(lists(1))
    expect(await deliver(cold, ...request)).toBe(200)
    expect(announcedAgents(world, one.conversationId)).toEqual(['a'])
    expect(heardTexts(world, one.conversationId)).toEqual(['to Uma, one', 'to Uma, two'])
    expect(heardTexts(world, two.conversationId)).toEqual(['to Otto, one', 'to Otto, two'])
    expect([stops(world, one.conversationId), stops(world, two.conversationId)]).toEqual([0, 1])
    expect(world.botpress.conversations()).toHaveLength(2)
  })

  it('leaves one line in the log for each event of ours and one for all others', async () => {
    const { world, cold, one, two } = await setUp()
    await deliver(cold, ...foreign(4), assigned(one.threadKey, 'a'), closed(two.threadKey))
    expect(world.log).toHaveLength(3)
    expect(world.log).toEqual(
      expect.arrayContaining([
        expect.stringContaining(`conversation ${one.conversationId}, thread ${one.threadKey}`),
        expect.stringContaining(`conversation ${two.conversationId}, thread ${two.threadKey}`),
        expect.stringContaining(`4 threads ${FOREIGN}`),
      ])
    )
  })

  it.each([
    [503, new InternalError('down')],
    [200, new InvalidPayloadError('never right')],
  ])('is answered with %i when one event fails, and the others are applied (%s)', async (status, error) => {
    const { world, cold, one, two } = await setUp()
    world.botpress.failNext('initializeIncomingMessage', error)
    const request = [
      said(one.threadKey, 'm1', 'fails'),
      said(one.threadKey, 'm2', 'to Uma'),
      ...foreign(3),
      assigned(two.threadKey, 'a'),
    ]
    expect(await deliver(cold, ...request)).toBe(status)
    expect(heardTexts(world, one.conversationId)).toEqual(['to Uma'])
    expect(announcedAgents(world, two.conversationId)).toEqual(['a'])
    expect(await deliver(cold, ...request)).toBe(200)
    expect(heardTexts(world, one.conversationId).toSorted()).toEqual(['fails', 'to Uma'])
    expect(announcedAgents(world, two.conversationId)).toEqual(['a'])
  })

  it('costs no look at all when each thread is known, as ours or as foreign', async () => {
    const { world, cold, one } = await setUp()
    await makeCertain(cold, ...foreign(10), assigned(one.threadKey, 'a'))
    forgetCalls(world)
    await deliver(cold, ...foreign(10), said(one.threadKey, 'm1', 'hello'))
    expect(operationsOf(world)).toEqual(['initializeIncomingMessage'])
  })

  it('leaves no line about others when there are none', async () => {
    const { world, cold, one, two } = await setUp()
    await deliver(cold, assigned(one.threadKey, 'a'), closed(two.threadKey))
    expect(world.log).toHaveLength(2)
    expect(world.log.join('\n')).not.toContain(FOREIGN)
  })

  it('finds a session that was opened after others of its threads were found to be foreign', async () => {
    const { world, opener, cold } = await setUp()
    await deliver(cold, ...foreign(10))
    const later = await openSession(world, opener, 'Ines')
    expect(await deliver(cold, ...foreign(10), assigned(later.threadKey, 'a'))).toBe(200)
    expect(announcedAgents(world, later.conversationId)).toEqual(['a'])
  })
})

describe('a message that names no session, of a thread that is not ours', () => {
  it('is answered with 200, and its sender told why', async () => {
    const { world, cold } = await setUp()
    expect(await deliver(cold, said('thread-foreign', 'm1', 'hello'))).toBe(200)
    expect(reportsOf(world)).toEqual([{ messageId: 'm1', failure: expect.stringContaining('No session of a bot') }])
    expect(world.botpress.messages()).toEqual([])
  })
})

describe('an event of a thread that may be of a session being opened', () => {
  it.each<[string, (threadKey: string) => ProviderEvent]>([
    ['an assignment', (threadKey) => assigned(threadKey, 'a')],
    ['a message', (threadKey) => said(threadKey, 'm1', 'hello')],
    ['an end', closed],
  ])('waits and is applied once that is bound (%s)', async (_name, event) => {
    const { world, cold, starting, answer, threadKey, conversationId } = await opening()
    setTimeout(answer, 600)
    expect(await withTimePassing(deliver(cold, event(threadKey), ...foreign(2)))).toBe(200)
    await starting
    const heard = [...world.botpress.events(conversationId), ...world.botpress.messages(conversationId)]
    expect(heard).toHaveLength(1)
    expect(heard[0]?.dueAt).toBeGreaterThan(Number(tagsOf(world, conversationId).openedAt) + SETTLE_MS)
    expect(reportsOf(world)).toEqual([])
  })

  it('is applied once its own start is over, though another one goes on, whose event is answered with 503', async () => {
    const { world, opener, cold, ...mine } = await opening()
    const other = await startSlowly(world, opener, 'Olga')
    setTimeout(mine.answer, 600)
    const request = [assigned(mine.threadKey, 'a'), assigned(other.threadKey, 'b')]
    expect(await withTimePassing(deliver(cold, ...request))).toBe(503)
    expect(announcedAgents(world, mine.conversationId)).toEqual(['a'])
    other.answer()
    await Promise.all([mine.starting, other.starting])
    expect(await withTimePassing(deliver(cold, ...request))).toBe(200)
    expect(announcedAgents(world, mine.conversationId)).toEqual(['a'])
    expect(announcedAgents(world, other.conversationId)).toEqual(['b'])
  })

  it('is the only one that is waited for: when all threads are found nothing is looked at again', async () => {
    const { world, cold, one, starting, answer } = await opening()
    expect(await deliver(cold, said(one.threadKey, 'm1', 'hello'))).toBe(200)
    await vi.advanceTimersByTimeAsync(5_000)
    await untilQuiet()
    expect(operationsOf(world)).toEqual([...lists(1), 'initializeIncomingMessage'])
    answer()
    await starting
  })

  it('is applied although the start ended between the first look and the next', async () => {
    const { world, cold, starting, answer, threadKey, conversationId } = await opening()
    setTimeout(answer, 1)
    expect(await withTimePassing(deliver(cold, assigned(threadKey, 'a')))).toBe(200)
    await starting
    expect(announcedAgents(world, conversationId)).toEqual(['a'])
  })

  it('is answered with 503 when the start takes too long, and events of known threads are applied at once', async () => {
    const { world, cold, one, starting, answer, threadKey, conversationId } = await opening()
    const startedAt = Date.now()
    const request = [assigned(threadKey, 'a'), ...foreign(5), said(one.threadKey, 'm1', 'hello')]
    expect(await withTimePassing(deliver(cold, ...request))).toBe(503)
    expect(world.botpress.messages(one.conversationId)).toEqual([expect.objectContaining({ dueAt: startedAt })])
    expect(Date.now() - startedAt).toBeLessThanOrEqual(OPENING_LOOKS_MS.reduce((sum, wait) => sum + wait))
    answer()
    await starting
    expect(await withTimePassing(deliver(cold, ...request))).toBe(200)
    expect(announcedAgents(world, conversationId)).toEqual(['a'])
    expect(heardTexts(world, one.conversationId)).toEqual(['hello'])
  })

  it('is not waited for longer than the step has time', async () => {
    const { world, starting, answer, threadKey } = await opening()
    const hasty = await createInstance(world, { budgetMs: 2_000 })
    const startedAt = Date.now()
    expect(await withTimePassing(deliver(hasty, assigned(threadKey, 'a')))).toBe(503)
    expect(Date.now() - startedAt).toBeLessThanOrEqual(1_000)
    answer()
    await starting
  })

  it('is never noted as foreign, nor is any other, while the start is at work', async () => {
    const { world, cold, starting, answer } = await opening()
    expect(await withTimePassing(deliver(cold, ...foreign(5)))).toBe(503)
    expect(world.log.join('\n')).not.toContain(FOREIGN)
    answer()
    await starting
    forgetCalls(world)
    expect(await deliver(cold, ...foreign(5))).toBe(200)
    expect(operationsOf(world)).toEqual(lists(1))
    expect(world.log).toEqual([`Acme webhook: 5 threads ${FOREIGN}, ignored.`])
  })

  it('is foreign once the start has failed', async () => {
    const { world, cold, starting, conversationId } = await opening()
    starting.catch(() => undefined)
    setTimeout(() => void world.botpress.deleteConversation({ id: conversationId }), 600)
    expect(await withTimePassing(deliver(cold, ...foreign(5)))).toBe(200)
    expect(world.log).toEqual([`Acme webhook: 5 threads ${FOREIGN}, ignored.`])
  })

  it('waits only for the starts that were at work at the first look, however many begin meanwhile', async () => {
    const { world, cold } = await setUp()
    const atWork = [await abandonStart(world), await abandonStart(world)]
    for (const [index, ms] of [200, 600].entries()) {
      setTimeout(() => void world.botpress.deleteConversation({ id: atWork[index] ?? 'none' }), ms)
    }
    for (let ms = 100; ms < 3_000; ms += 200) setTimeout(() => void abandonStart(world), ms)
    const startedAt = Date.now()
    expect(await withTimePassing(deliver(cold, ...foreign(1)))).toBe(200)
    expect(Date.now() - startedAt).toBe(750)
    expect(world.log).toEqual([`Acme webhook: 1 threads ${FOREIGN}, ignored.`])
  })

  it('is foreign while overlapping starts go on and on: one foreign event is answered with 200', async () => {
    const { world, cold } = await setUp()
    // Each lasts 600 ms, a new one begins every 200 ms.
    const begin = async () => {
      const id = await abandonStart(world)
      setTimeout(() => void world.botpress.deleteConversation({ id }), 600)
    }
    await begin()
    for (let ms = 200; ms < 6_000; ms += 200) setTimeout(() => void begin(), ms)
    const startedAt = Date.now()
    expect(await withTimePassing(deliver(cold, ...foreign(1)))).toBe(200)
    expect(Date.now() - startedAt).toBe(750)
  })

  it('is applied when its start is the last of several overlapping ones, though others begin meanwhile', async () => {
    const { world, opener, cold, ...first } = await opening()
    const last = await startSlowly(world, opener, 'Olga')
    setTimeout(first.answer, 200)
    for (let ms = 100; ms < 3_000; ms += 400) setTimeout(() => void abandonStart(world), ms)
    setTimeout(last.answer, 1_600)
    const [other] = foreign(1)
    if (!other) throw new Error('one event')
    const startedAt = Date.now()
    expect(await withTimePassing(deliver(cold, other, assigned(last.threadKey, 'a')))).toBe(200)
    expect(Date.now() - startedAt).toBe(1_750)
    await Promise.all([first.starting, last.starting])
    expect(announcedAgents(world, last.conversationId)).toEqual(['a'])
    expect(world.log).toContain(`Acme webhook: 1 threads ${FOREIGN}, ignored.`)
  })

  it('is answered with 503 while one of several starts of the first look is still at work', async () => {
    const { world, opener, cold, ...first } = await opening()
    const last = await startSlowly(world, opener, 'Olga')
    setTimeout(first.answer, 200)
    expect(await withTimePassing(deliver(cold, ...foreign(1)))).toBe(503)
    expect(world.log.join('\n')).not.toContain(FOREIGN)
    last.answer()
    await Promise.all([first.starting, last.starting])
  })

  it('waits for nothing when the start was abandoned more than a minute ago', async () => {
    const { world, cold, one } = await setUp()
    await abandonStart(world)
    passMs(60_000)
    const startedAt = Date.now()
    expect(await deliver(cold, ...foreign(5), said(one.threadKey, 'm1', 'hello'))).toBe(200)
    expect(Date.now()).toBe(startedAt)
    expect(operationsOf(world)).toEqual([...lists(1), 'updateConversation', 'initializeIncomingMessage'])
    expect(world.log).toContain(`Acme webhook: 5 threads ${FOREIGN}, ignored.`)
  })

  it('waits when the start began some seconds less than a minute ago', async () => {
    const { world, cold } = await setUp()
    await abandonStart(world)
    passMs(56_000)
    expect(await withTimePassing(deliver(cold, ...foreign(1)))).toBe(503)
  })

  it('waits for nothing when its thread is known, as ours or as foreign', async () => {
    const { world, opener, cold, one } = await setUp()
    // Not yet certain that they are foreign, they would be waited for like any other.
    await makeCertain(cold, ...foreign(5), assigned(one.threadKey, 'a'))
    const { starting, answer } = await startSlowly(world, opener)
    const startedAt = Date.now()
    expect(await deliver(cold, ...foreign(5), said(one.threadKey, 'm1', 'hello'))).toBe(200)
    expect(Date.now()).toBe(startedAt)
    expect(operationsOf(world)).toEqual(['initializeIncomingMessage'])
    answer()
    await starting
  })
})

describe('a start that was abandoned', () => {
  const marked = (world: World, ids: readonly string[]) => ids.filter((id) => tagsOf(world, id).live === 'yes')

  async function abandoned(count: number, ageMs = 60_000) {
    const { world, opener, cold, one, two } = await setUp()
    const ids: string[] = []
    for (let made = 0; made < count; made += 1) ids.push(await abandonStart(world))
    passMs(ageMs)
    return { world, opener, cold, one, two, ids }
  }

  it('loses its mark, one of several at each look, until none is left', async () => {
    const { world, cold, one, two, ids } = await abandoned(3)
    for (const [left, changes] of [
      [2, 1],
      [1, 1],
      [0, 1],
      [0, 0],
    ] as const) {
      forgetCalls(world)
      expect(await deliver(cold, ...foreign(5))).toBe(200)
      expect(marked(world, ids)).toHaveLength(left)
      expect(world.botpress.callsOf('updateConversation')).toEqual(
        Array.from({ length: changes }, () => ({ id: expect.any(String), tags: { live: '' } }))
      )
    }
    expect(marked(world, [one.conversationId, two.conversationId])).toHaveLength(2)
  })

  it('keeps everything but its mark, and does not come into the lists any more', async () => {
    const { world, cold, ids } = await abandoned(1)
    const [id = 'none'] = ids
    const { live: _live, ...others } = tagsOf(world, id)
    await deliver(cold, ...foreign(5))
    expect(tagsOf(world, id)).toEqual(others)
    const { conversations } = await world.botpress.listConversations({ channel: 'hitl', tags: { live: 'yes' } })
    expect(conversations.map((conversation) => conversation.id)).not.toContain(id)
  })

  it('keeps its mark for a minute', async () => {
    const { world, cold, ids } = await abandoned(1, 50_000)
    expect(await withTimePassing(deliver(cold, ...foreign(1)))).toBe(503)
    expect(marked(world, ids)).toEqual(ids)
    expect(world.botpress.callsOf('updateConversation')).toEqual([])
  })

  it('keeps its mark when that cannot be removed, which changes nothing else, and loses it at the next look', async () => {
    const { world, cold, one, ids } = await abandoned(1)
    world.botpress.failNext('updateConversation', new InternalError('down'))
    expect(await deliver(cold, ...foreign(5), said(one.threadKey, 'm1', 'hello'))).toBe(200)
    expect(heardTexts(world, one.conversationId)).toEqual(['hello'])
    expect(world.log).toContain(`Acme webhook: 5 threads ${FOREIGN}, ignored.`)
    expect(marked(world, ids)).toEqual(ids)
    await deliver(cold, ...foreign(5))
    expect(marked(world, ids)).toEqual([])
  })

  it('that is gone by then changes nothing', async () => {
    const { world, cold, ids } = await abandoned(1)
    const [id = 'none'] = ids
    world.botpress.interceptNext('updateConversation', () => world.botpress.deleteConversation({ id }))
    expect(await deliver(cold, ...foreign(5))).toBe(200)
    expect(world.log).toEqual([`Acme webhook: 5 threads ${FOREIGN}, ignored.`])
  })

  it('loses its mark although another start is at work, whose event is applied and whose mark stays', async () => {
    const { world, opener, cold, ids } = await abandoned(1)
    const { starting, answer, threadKey, conversationId } = await startSlowly(world, opener)
    setTimeout(answer, 600)
    expect(await withTimePassing(deliver(cold, assigned(threadKey, 'a')))).toBe(200)
    await starting
    expect(announcedAgents(world, conversationId)).toEqual(['a'])
    expect([marked(world, ids), marked(world, [conversationId])]).toEqual([[], [conversationId]])
  })

  it('costs nothing when no look is needed', async () => {
    const { world, cold, one, ids } = await abandoned(1)
    await makeCertain(cold, assigned(one.threadKey, 'a'))
    const again = await abandonStart(world)
    passMs(60_000)
    forgetCalls(world)
    expect(await deliver(cold, said(one.threadKey, 'm1', 'hello'))).toBe(200)
    expect(operationsOf(world)).toEqual(['initializeIncomingMessage'])
    expect(marked(world, [...ids, again])).toEqual([again])
  })
})

describe('the end of a session', () => {
  const endedBy = async (world: World, threadKey: string, by: 'provider' | 'bot', conversationId: string) => {
    const other = await createInstance(world)
    if (by === 'bot') await other.stop(conversationId)
    else await deliver(other, closed(threadKey))
    forgetCalls(world)
  }

  it.each(['provider', 'bot'] as const)(
    'makes its thread cost one call more on an instance that knows nothing, and changes nothing (by the %s)',
    async (by) => {
      const { world, cold, one } = await setUp()
      await endedBy(world, one.threadKey, by, one.conversationId)
      const ends = stops(world, one.conversationId)
      expect(await deliver(cold, assigned(one.threadKey, 'late'), closed(one.threadKey))).toBe(200)
      expect(operationsOf(world)).toEqual(lists(1))
      expect(stops(world, one.conversationId)).toBe(ends)
      expect(announcedAgents(world, one.conversationId)).toEqual([])
    }
  )
})
