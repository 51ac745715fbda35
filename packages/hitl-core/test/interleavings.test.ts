import * as fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { ProviderEvent } from '../src/adapter'
import { signedWebhook } from '../src/testing'
import {
  announcedAgents,
  assigned,
  closed,
  CONFIG,
  createInstances,
  createWorld,
  freezeTime,
  heardTexts,
  type Instance,
  openSettledSession,
  said,
  stops,
  withTimePassing,
  type World,
} from './support'

beforeEach(() => void freezeTime())
afterEach(() => void vi.useRealTimers())

const INSTANCES = 3
const RUNS = { numRuns: 50 }

/** Everything the provider tells about one session, each fact as one event. */
function factsOf(threadKey: string, startedAt: number): ProviderEvent[] {
  return [
    assigned(threadKey, 'a', startedAt + 1),
    said(threadKey, 'm1', 'one', 'a'),
    assigned(threadKey, 'b', startedAt + 2),
    said(threadKey, 'm2', 'two', 'b'),
    said(threadKey, 'm3', 'three', 'b'),
    closed(threadKey),
  ]
}

/** One delivery: which fact, to which instance, and whether the one before has been answered by then. */
const delivery = fc.record({
  fact: fc.nat({ max: 5 }),
  instance: fc.nat({ max: INSTANCES - 1 }),
  waits: fc.boolean(),
  passMs: fc.constantFrom(0, 0, 5, 3_000, 20_000),
})
const deliveries = fc.array(delivery, { minLength: 1, maxLength: 25 })
const ticks = fc.infiniteStream(fc.nat({ max: 4 }))

/** Delivers like a provider: what was not answered with 200 comes again, later, wherever. */
async function deliverAll(
  instances: readonly Instance[],
  events: { event: ProviderEvent; instance: number; waits: boolean; passMs: number }[]
) {
  let due = events
  for (let round = 0; due.length > 0; round += 1) {
    if (round > 20) throw new Error('the deliveries never all succeed')
    const again: typeof due = []
    const running: Promise<void>[] = []
    for (const one of due) {
      // Nobody is asleep in the middle of a call: that is another promise, with a test of its own.
      if (one.passMs > 0) await Promise.all(running)
      vi.setSystemTime(Date.now() + one.passMs)
      const handling = instances[one.instance]?.webhook(signedWebhook([one.event], CONFIG)).then(({ status }) => {
        if (status !== 200) again.push({ ...one, instance: (one.instance + 1) % INSTANCES, waits: true, passMs: 6_000 })
      })
      if (!handling) throw new Error('no such instance')
      running.push(handling)
      if (one.waits) await handling
    }
    await Promise.all(running)
    due = again
  }
}

async function setUp(
  latency: Iterator<number>
): Promise<{ world: World; instances: Instance[]; threadKey: string; conversationId: string }> {
  const world = createWorld({}, { ticks: () => latency.next().value ?? 1 })
  const instances = await createInstances(world, INSTANCES)
  const [first] = instances
  if (!first) throw new Error('at least one instance')
  return { world, instances, ...(await openSettledSession(world, first)) }
}

describe('whatever arrives twice, at the same moment, in another order, on any instance', () => {
  it('each message reaches the bot once, the end once, and no agent is announced twice in a row', async () => {
    await fc.assert(
      fc.asyncProperty(deliveries, ticks, async (plan, latency) => {
        const { world, instances, threadKey, conversationId } = await setUp(latency[Symbol.iterator]())
        const facts = factsOf(threadKey, Date.now())
        const chosen = plan.flatMap(({ fact, ...rest }) => {
          const event = facts[fact]
          return event ? [{ event, ...rest }] : []
        })
        await withTimePassing(deliverAll(instances, chosen))

        const kinds = new Set(chosen.map(({ event }) => event))
        const texts = [...kinds].flatMap((event) =>
          event.type === 'agentMessage' ? event.parts.map((part) => (part.kind === 'text' ? part.text : '')) : []
        )
        expect(heardTexts(world, conversationId).toSorted()).toEqual(texts.toSorted())
        expect(stops(world, conversationId)).toBe([...kinds].some(({ type }) => type === 'threadClosed') ? 1 : 0)

        const announced = announcedAgents(world, conversationId)
        expect(announced).toEqual(announced.filter((agent, index) => agent !== announced[index - 1]))
        const latest = kinds.has(facts[2] ?? closed('none'))
          ? 'b'
          : kinds.has(facts[0] ?? closed('none'))
            ? 'a'
            : undefined
        expect(announced.at(-1)).toBe(latest)
        expect(world.botpress.conversations()).toHaveLength(1)
      }),
      RUNS
    )
  })

  it('the order in which one instance heard an agent is the order in which the bot does', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat({ max: 9 }), { minLength: 2, maxLength: 20 }), ticks, async (order, latency) => {
        const { world, instances, threadKey, conversationId } = await setUp(latency[Symbol.iterator]())
        const [first] = instances
        await Promise.all(
          order.map((index) => first?.webhook(signedWebhook([said(threadKey, `m${index}`, `text ${index}`)], CONFIG)))
        )
        expect(heardTexts(world, conversationId)).toEqual([...new Set(order)].map((index) => `text ${index}`))
      }),
      RUNS
    )
  })

  it('two sessions at the same moment never hear each other', async () => {
    await fc.assert(
      fc.asyncProperty(deliveries, deliveries, ticks, async (planA, planB, latency) => {
        const { world, instances, threadKey, conversationId } = await setUp(latency[Symbol.iterator]())
        const [first] = instances
        if (!first) throw new Error('at least one instance')
        const other = await openSettledSession(world, first, 'Otto')
        const chosen = (key: string, plan: typeof planA) =>
          plan.flatMap(({ fact, ...rest }) => {
            const event = [said(key, 'm1', key), said(key, 'm2', key), closed(key)][fact % 3]
            // Both share one clock, which has to stand still while the other is at work.
            return event ? [{ event, ...rest, passMs: 0 }] : []
          })
        await withTimePassing(
          Promise.all([
            deliverAll(instances, chosen(threadKey, planA)),
            deliverAll(instances, chosen(other.threadKey, planB)),
          ])
        )
        expect(heardTexts(world, conversationId).every((text) => text === threadKey)).toBe(true)
        expect(heardTexts(world, other.conversationId).every((text) => text === other.threadKey)).toBe(true)
        expect(stops(world, conversationId)).toBe(planA.some(({ fact }) => fact % 3 === 2) ? 1 : 0)
        expect(stops(world, other.conversationId)).toBe(planB.some(({ fact }) => fact % 3 === 2) ? 1 : 0)
      }),
      RUNS
    )
  })
})
