import { InternalError } from '@botpress/client'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { ProviderEvent } from '../src/adapter'
import type { FakeAdapterOptions } from '../src/testing'
import { ABANDONED_AFTER_MS, STEP_MS, SETTLE_MS } from '../src/timing'
import {
  announcedAgents,
  assigned,
  createInstance,
  createInstances,
  createWorld,
  failureOf,
  freezeTime,
  killAtAnnouncement,
  openSession,
  openSettledSession,
  outcomes,
  said,
  withTimePassing,
} from './support'

beforeEach(() => void freezeTime())
afterEach(() => void vi.useRealTimers())

async function settled(instances = 1, options: FakeAdapterOptions = {}) {
  const world = createWorld(options)
  const [first, ...others] = await createInstances(world, instances)
  if (!first) throw new Error('at least one instance')
  return { world, first, others, all: [first, ...others], ...(await openSettledSession(world, first)) }
}

const passMs = (ms: number) => void vi.setSystemTime(Date.now() + ms)

const nameless = (threadKey: string, messageId: string): ProviderEvent => ({
  type: 'agentMessage',
  threadKey,
  agent: { id: 'agent-1' },
  messageId,
  parts: [{ kind: 'text', text: 'hello' }],
})

describe('the first agent', () => {
  it('is announced to the bot at once, as a user with name and picture', async () => {
    const { world, first, conversationId, threadKey } = await settled()
    const agent = { id: 'agent-1', name: 'Ann', pictureUrl: 'https://acme.test/ann.png' }
    await first.apply({ type: 'agentAssigned', threadKey, agent })
    const user = world.botpress.users().find(({ tags }) => tags.agentId === 'agent-1')
    expect(user).toMatchObject({ name: 'Ann', pictureUrl: 'https://acme.test/ann.png' })
    expect(world.botpress.events(conversationId)).toEqual([
      expect.objectContaining({
        type: 'hitlAssigned',
        payload: { conversationId, userId: user?.id },
        dueAt: Date.now(),
      }),
    ])
  })

  it('gets a name from the provider when the event has none', async () => {
    const { world, first, threadKey } = await settled()
    await first.apply({ type: 'agentAssigned', threadKey, agent: { id: 'agent-1' } })
    expect(world.botpress.users().find(({ tags }) => tags.agentId)).toMatchObject({ name: 'Ann' })
    expect(world.provider.callsOf('getAgent')).toEqual(['agent-1'])
  })

  it('is announced nameless when the provider does not tell the name', async () => {
    const { world, first, conversationId, threadKey } = await settled()
    world.provider.failNext('getAgent', new Error('down'))
    await first.apply({ type: 'agentAssigned', threadKey, agent: { id: 'agent-1' } })
    expect(announcedAgents(world, conversationId)).toEqual(['agent-1'])
  })

  it('gets the name with the next message when the provider was only down', async () => {
    const { world, first, threadKey } = await settled()
    // The error family of this very instance.
    const { ProviderUnreachableError } = await import('../src/errors')
    world.provider.failNext('getAgent', new ProviderUnreachableError('down', { sent: true }))
    await first.apply({ type: 'agentAssigned', threadKey, agent: { id: 'agent-1' } })
    await first.apply(nameless(threadKey, 'm1'))
    expect(world.botpress.users().find(({ tags }) => tags.agentId)).toMatchObject({ name: 'Ann' })
  })

  it('is asked for once per instance when the provider does not let us read it', async () => {
    const { world, first, conversationId, threadKey } = await settled()
    const { ProviderHttpError } = await import('../src/errors')
    world.provider.failNext('getAgent', new ProviderHttpError('not allowed', { status: 403 }))
    await first.apply({ type: 'agentAssigned', threadKey, agent: { id: 'agent-1' } })
    for (const id of ['m1', 'm2', 'm3']) await first.apply(nameless(threadKey, id))
    expect(world.provider.callsOf('getAgent')).toHaveLength(1)
    expect(world.botpress.messages(conversationId)).toHaveLength(3)
  })

  it('is announced later while the bot is not ready to hear it', async () => {
    const world = createWorld()
    const instance = await createInstance(world)
    const { conversationId, threadKey } = await openSession(world, instance)
    await instance.apply(assigned(threadKey, 'a'))
    expect(world.botpress.events(conversationId)).toEqual([expect.objectContaining({ dueAt: Date.now() + SETTLE_MS })])
  })

  it('is announced once, however often the event comes back', async () => {
    const { world, first, conversationId, threadKey } = await settled()
    for (let time = 0; time < 3; time += 1) await first.apply(assigned(threadKey, 'a'))
    expect(announcedAgents(world, conversationId)).toEqual(['a'])
  })

  it('is announced once when three instances hear of it at the same time', async () => {
    const { world, all, conversationId, threadKey } = await settled(3)
    const deliveries = all.flatMap((instance) => [
      instance.apply(assigned(threadKey, 'a')),
      instance.apply(assigned(threadKey, 'a')),
    ])
    expect((await withTimePassing(Promise.all(deliveries))).length).toBe(6)
    expect(announcedAgents(world, conversationId)).toEqual(['a'])
    expect(world.botpress.users().filter(({ tags }) => tags.agentId === 'a')).toHaveLength(1)
  })

  it('is announced once by instances at the same time also when the provider’s event is old', async () => {
    const { world, first, others, conversationId, threadKey } = await settled(2)
    const event = assigned(threadKey, 'a', Date.now() - 2 * ABANDONED_AFTER_MS)
    let meanwhile: unknown[] = []
    world.botpress.interceptNext('createEvent', async () => {
      meanwhile = await outcomes(others.map((instance) => instance.apply(event)))
    })
    await withTimePassing(first.apply(event))
    // Nobody knows yet whether the one at work succeeds, so the other delivery has to come again.
    expect(meanwhile).toEqual([expect.objectContaining({ name: 'BusyError', retryable: true })])
    for (const instance of others) expect(await instance.apply(event)).toContain('already assigned')
    expect(announcedAgents(world, conversationId)).toEqual(['a'])
  })

  it('is waited for by another delivery when the announcement is only slow', async () => {
    const { world, first, others, conversationId, threadKey } = await settled(2)
    world.botpress.interceptNext('createEvent', () => new Promise((resolve) => void setTimeout(resolve, 500)))
    const event = assigned(threadKey, 'a')
    const lines = await withTimePassing(Promise.all([first, ...others].map((instance) => instance.apply(event))))
    expect(lines.map((line) => /: (.*) \(/.exec(line)?.[1]).toSorted()).toEqual(['already assigned', 'assigned'])
    expect(announcedAgents(world, conversationId)).toEqual(['a'])
  })

  it('is announced once when the provider’s clock is far ahead and the event comes back', async () => {
    const { world, first, conversationId, threadKey } = await settled()
    const event = assigned(threadKey, 'a', Date.now() + 3_600_000)
    await first.apply(event)
    passMs(ABANDONED_AFTER_MS * 2)
    await first.apply(event)
    expect(announcedAgents(world, conversationId)).toEqual(['a'])
  })

  it('is not announced again long after, by an instance that knows nothing', async () => {
    const { world, first, conversationId, threadKey } = await settled()
    await first.apply(assigned(threadKey, 'a'))
    passMs(ABANDONED_AFTER_MS * 10)
    await (await createInstance(world)).apply(assigned(threadKey, 'a'))
    expect(announcedAgents(world, conversationId)).toEqual(['a'])
  })

  it('is announced in one session without touching another', async () => {
    const { world, first, conversationId, threadKey } = await settled()
    const other = await openSettledSession(world, first, 'Otto')
    await first.apply(assigned(threadKey, 'a'))
    expect(announcedAgents(world, conversationId)).toEqual(['a'])
    expect(announcedAgents(world, other.conversationId)).toEqual([])
  })
})

describe('an announcement that fails', () => {
  it('fails the delivery, and succeeds exactly once when it is repeated', async () => {
    const { world, first, conversationId, threadKey } = await settled()
    world.botpress.failNext('createEvent', new InternalError('down'))
    await expect(first.apply(assigned(threadKey, 'a'))).rejects.toThrow('down')
    expect(announcedAgents(world, conversationId)).toEqual([])
    await first.apply(assigned(threadKey, 'a'))
    await first.apply(assigned(threadKey, 'a'))
    expect(announcedAgents(world, conversationId)).toEqual(['a'])
  })

  it('is not repeated when only the answer was lost', async () => {
    const { world, first, conversationId, threadKey } = await settled()
    world.botpress.failNext('createEvent', new InternalError('lost'), 'after')
    await first.apply(assigned(threadKey, 'a')).catch(() => undefined)
    await first.apply(assigned(threadKey, 'a'))
    expect(announcedAgents(world, conversationId)).toEqual(['a'])
  })

  it('and cannot be undone either is told once by a later delivery', async () => {
    const { world, first, conversationId, threadKey } = await settled()
    world.botpress.failNext('createEvent', new InternalError('down'))
    world.botpress.failNext('setState', new InternalError('down too'))
    await expect(first.apply(assigned(threadKey, 'a'))).rejects.toThrow('down')
    expect(await withTimePassing(failureOf(first.apply(assigned(threadKey, 'a'))))).toMatchObject({ retryable: true })
    passMs(ABANDONED_AFTER_MS)
    await first.apply(assigned(threadKey, 'a'))
    await first.apply(assigned(threadKey, 'a'))
    expect(announcedAgents(world, conversationId)).toEqual(['a'])
  })

  it('without a clear answer, while nobody can say whether it is there, is not told twice', async () => {
    const { world, first, conversationId, threadKey } = await settled()
    world.botpress.failNext('createEvent', new InternalError('lost'), 'after')
    world.botpress.failNext('listEvents', new InternalError('down'))
    await failureOf(first.apply(assigned(threadKey, 'a')))
    passMs(ABANDONED_AFTER_MS + 1)
    await first.apply(assigned(threadKey, 'a'))
    expect(announcedAgents(world, conversationId)).toEqual(['a'])
  })

  it('is made up for once when the instance was killed between claim and announcement', async () => {
    const { world, first, conversationId, threadKey } = await settled()
    killAtAnnouncement(world)
    await failureOf(first.apply(assigned(threadKey, 'a')))
    expect(announcedAgents(world, conversationId)).toEqual([])
    passMs(ABANDONED_AFTER_MS + 1)
    const later = await createInstance(world)
    await later.apply(assigned(threadKey, 'a'))
    await later.apply(assigned(threadKey, 'a'))
    expect(announcedAgents(world, conversationId)).toEqual(['a'])
  })

  it('is made up for once when the repetition itself comes to two instances at the same time', async () => {
    const { world, first, conversationId, threadKey } = await settled()
    killAtAnnouncement(world)
    await failureOf(first.apply(assigned(threadKey, 'a')))
    passMs(ABANDONED_AFTER_MS + 1)
    const instances = await createInstances(world, 2)
    await withTimePassing(outcomes(instances.map((instance) => instance.apply(assigned(threadKey, 'a')))))
    expect(announcedAgents(world, conversationId)).toEqual(['a'])
  })
})

describe('an assignment whose instance was killed', () => {
  async function killed() {
    const all = await settled()
    killAtAnnouncement(all.world)
    await failureOf(all.first.apply(assigned(all.threadKey, 'a')))
    expect(announcedAgents(all.world, all.conversationId)).toEqual([])
    return { ...all, later: await createInstance(all.world) }
  }

  it('is put off when it comes again after three seconds, since somebody may be at work', async () => {
    const { world, later, conversationId, threadKey } = await killed()
    passMs(3_000)
    const failure = await withTimePassing(failureOf(later.apply(assigned(threadKey, 'a'))))
    expect(failure).toMatchObject({ name: 'BusyError', retryable: true })
    expect(announcedAgents(world, conversationId)).toEqual([])
  })

  it('is told once when it comes again after ten seconds, with one put off in between', async () => {
    const { world, later, conversationId, threadKey } = await killed()
    passMs(3_000)
    await withTimePassing(failureOf(later.apply(assigned(threadKey, 'a'))))
    passMs(7_000)
    expect(await later.apply(assigned(threadKey, 'a'))).toContain(': assigned')
    expect(await later.apply(assigned(threadKey, 'a'))).toContain('already assigned')
    expect(announcedAgents(world, conversationId)).toEqual(['a'])
  })

  it('is told once also when the repetition fails first and leaves its claim behind', async () => {
    const { world, later, conversationId, threadKey } = await killed()
    passMs(10_000)
    killAtAnnouncement(world)
    await failureOf(later.apply(assigned(threadKey, 'a')))
    expect(await withTimePassing(failureOf(later.apply(assigned(threadKey, 'a'))))).toMatchObject({ retryable: true })
    passMs(STEP_MS + 1)
    await later.apply(assigned(threadKey, 'a'))
    await later.apply(assigned(threadKey, 'a'))
    expect(announcedAgents(world, conversationId)).toEqual(['a'])
  })

  it('does not keep the agent who took over from being announced', async () => {
    const { world, later, conversationId, threadKey } = await killed()
    passMs(10_000)
    await later.apply(assigned(threadKey, 'b', Date.now() + 1))
    expect(announcedAgents(world, conversationId)).toEqual(['b'])
  })
})

describe('a change of agent', () => {
  it('is announced once, also when two instances hear of it at the same time', async () => {
    const { world, all, first, conversationId, threadKey } = await settled(3, { tellsPresence: true })
    world.provider.present.add(`${threadKey}/b`)
    await first.apply(assigned(threadKey, 'a'))
    await withTimePassing(outcomes(all.map((instance) => instance.apply(assigned(threadKey, 'b')))))
    expect(announcedAgents(world, conversationId)).toEqual(['a', 'b'])
  })

  it('does not let a late copy of the first assignment win, by the time of the events', async () => {
    const { world, first, others, conversationId, threadKey } = await settled(2)
    const at = Date.now()
    await first.apply(assigned(threadKey, 'a', at))
    await first.apply(assigned(threadKey, 'b', at + 10))
    passMs(STEP_MS + 1)
    for (const instance of [first, ...others]) await instance.apply(assigned(threadKey, 'a', at))
    expect(announcedAgents(world, conversationId)).toEqual(['a', 'b'])
  })

  it('does not let a late copy of the first assignment win, by who is in the thread now', async () => {
    const { world, first, others, conversationId, threadKey } = await settled(2, { tellsPresence: true })
    world.provider.present.add(`${threadKey}/b`)
    await first.apply(assigned(threadKey, 'a'))
    await first.apply(assigned(threadKey, 'b'))
    passMs(STEP_MS + 1)
    for (const instance of [first, ...others]) await instance.apply(assigned(threadKey, 'a'))
    expect(announcedAgents(world, conversationId)).toEqual(['a', 'b'])
  })

  it('is told once, and put off by nobody, when two webhooks of the same moment tell of it', async () => {
    const { world, first, others, conversationId, threadKey } = await settled(2)
    const [other = first] = others
    const at = Date.now()
    await first.apply(assigned(threadKey, 'a', at))
    await first.apply(assigned(threadKey, 'b', at + 60_000))
    expect(await other.apply(assigned(threadKey, 'b', at + 60_100))).toContain('already assigned')
    expect(announcedAgents(world, conversationId)).toEqual(['a', 'b'])
  })

  it('ends with the agent of the latest event when the hand-over arrives before the first assignment', async () => {
    const { world, first, conversationId, threadKey } = await settled()
    const at = Date.now()
    await first.apply(assigned(threadKey, 'b', at + 10))
    await first.apply(assigned(threadKey, 'a', at))
    expect(announcedAgents(world, conversationId)).toEqual(['b'])
  })

  it('ends with the agent of the latest event when a visit of another agent is heard of last', async () => {
    const { world, first, conversationId, threadKey } = await settled()
    const at = Date.now()
    await first.apply(assigned(threadKey, 'a', at))
    await first.apply(assigned(threadKey, 'a', at + 20_000))
    await first.apply(assigned(threadKey, 'b', at + 10_000))
    expect(announcedAgents(world, conversationId).at(-1)).toBe('a')
  })

  it('to B is not undone by an event of A from before that comes while B is being announced', async () => {
    const { world, first, others, conversationId, threadKey } = await settled(2)
    const [other = first] = others
    const at = Date.now()
    await first.apply(assigned(threadKey, 'a', at + 1_000))
    let meanwhile: unknown[] = []
    world.botpress.interceptNext('createEvent', async () => {
      meanwhile = await outcomes([other.apply(assigned(threadKey, 'a', at + 5_000))])
    })
    await withTimePassing(first.apply(assigned(threadKey, 'b', at + 6_000)))
    expect(meanwhile).toEqual(['ok'])
    passMs(STEP_MS + 1)
    expect(await other.apply(assigned(threadKey, 'a', at + 5_000))).toContain('outdated')
    expect(await other.apply(assigned(threadKey, 'b', at + 6_000))).toContain('already assigned')
    expect(announcedAgents(world, conversationId)).toEqual(['a', 'b'])
  })

  it('to B is not undone by an event of A from before that has read the state before B wrote it', async () => {
    const { world, first, others, conversationId, threadKey } = await settled(2)
    const [other = first] = others
    const at = Date.now()
    await first.apply(assigned(threadKey, 'a', at + 1_000))
    // B stores itself while A is on its way to note the later time.
    let late: unknown
    world.botpress.interceptNext('setState', async () => {
      late = await failureOf(other.apply(assigned(threadKey, 'a', at + 5_000)))
    })
    await withTimePassing(first.apply(assigned(threadKey, 'b', at + 6_000)))
    expect(late).toMatchObject({ name: 'BusyError', retryable: true })
    passMs(STEP_MS + 1)
    await other.apply(assigned(threadKey, 'a', at + 5_000))
    expect(announcedAgents(world, conversationId)).toEqual(['a', 'b'])
  })

  it('to B is announced once when A’s later time is being noted at the same moment', async () => {
    const { world, first, others, conversationId, threadKey } = await settled(2)
    const [other = first] = others
    const at = Date.now()
    await first.apply(assigned(threadKey, 'a', at + 1_000))
    await withTimePassing(
      outcomes([other.apply(assigned(threadKey, 'a', at + 5_000)), first.apply(assigned(threadKey, 'b', at + 6_000))])
    )
    passMs(STEP_MS + 1)
    for (const instance of [first, other]) {
      await instance.apply(assigned(threadKey, 'a', at + 5_000))
      await instance.apply(assigned(threadKey, 'b', at + 6_000))
    }
    expect(announcedAgents(world, conversationId)).toEqual(['a', 'b'])
  })

  it('survives that the announcement of the first agent fails meanwhile', async () => {
    const { world, first, others, conversationId, threadKey } = await settled(2)
    const [other = first] = others
    const at = Date.now()
    world.botpress.failNext('createEvent', new InternalError('down'))
    world.botpress.interceptNext('createEvent', () => outcomes([other.apply(assigned(threadKey, 'b', at + 6))]))
    await withTimePassing(failureOf(first.apply(assigned(threadKey, 'a', at + 1))))
    for (const agentId of ['a', 'b', 'a', 'b']) {
      passMs(ABANDONED_AFTER_MS + 1)
      await first.apply(assigned(threadKey, agentId, agentId === 'a' ? at + 1 : at + 6))
    }
    const announced = announcedAgents(world, conversationId)
    expect(announced).toEqual([...new Set(announced)])
    expect(announced.at(-1)).toBe('b')
  })

  it('is heard after the agent before, although that announcement is slower', async () => {
    const { world, first, others, conversationId, threadKey } = await settled(2)
    const [other = first] = others
    const at = Date.now()
    const hear = (instance: typeof first, agentId: string, eventAt: number) =>
      outcomes([instance.apply(assigned(threadKey, agentId, eventAt))])
    world.botpress.interceptNext('createEvent', () => hear(other, 'b', at + 6))
    await withTimePassing(first.apply(assigned(threadKey, 'a', at + 1)))
    passMs(ABANDONED_AFTER_MS + 1)
    await other.apply(assigned(threadKey, 'b', at + 6))
    expect(announcedAgents(world, conversationId)).toEqual(['a', 'b'])
  })

  it('back to the first agent is announced', async () => {
    const { world, first, conversationId, threadKey } = await settled()
    const at = Date.now()
    for (const [index, agent] of ['a', 'b', 'a'].entries()) {
      await first.apply(assigned(threadKey, agent, at + index))
      passMs(STEP_MS + 1)
    }
    expect(announcedAgents(world, conversationId)).toEqual(['a', 'b', 'a'])
  })

  it('asks to be delivered again while another change is being settled, and then goes through', async () => {
    const { world, first, conversationId, threadKey } = await settled()
    const at = Date.now()
    await first.apply(assigned(threadKey, 'a', at))
    await first.apply(assigned(threadKey, 'b', at + 1))
    await expect(first.apply(assigned(threadKey, 'c', at + 2))).rejects.toMatchObject({
      name: 'BusyError',
      retryable: true,
    })
    passMs(STEP_MS + 1)
    await first.apply(assigned(threadKey, 'c', at + 2))
    expect(announcedAgents(world, conversationId)).toEqual(['a', 'b', 'c'])
  })

  it('that could not be announced is announced exactly once when it is delivered again', async () => {
    const { world, first, conversationId, threadKey } = await settled()
    const at = Date.now()
    await first.apply(assigned(threadKey, 'a', at))
    world.botpress.failNext('createEvent', new InternalError('down'))
    await expect(first.apply(assigned(threadKey, 'b', at + 1))).rejects.toThrow('down')
    await first.apply(assigned(threadKey, 'b', at + 1))
    await first.apply(assigned(threadKey, 'b', at + 1))
    expect(announcedAgents(world, conversationId)).toEqual(['a', 'b'])
  })

  it('whose instance was killed before the announcement is made up for', async () => {
    const { world, first, conversationId, threadKey } = await settled()
    const at = Date.now()
    await first.apply(assigned(threadKey, 'a', at))
    killAtAnnouncement(world)
    await failureOf(first.apply(assigned(threadKey, 'b', at + 1)))
    passMs(ABANDONED_AFTER_MS + 1)
    await (await createInstance(world)).apply(assigned(threadKey, 'b', at + 1))
    expect(announcedAgents(world, conversationId)).toEqual(['a', 'b'])
  })

  it('back to an agent is made up for too, although that agent was announced once before', async () => {
    const { world, first, conversationId, threadKey } = await settled()
    const at = Date.now()
    await first.apply(assigned(threadKey, 'a', at))
    await first.apply(assigned(threadKey, 'b', at + 1))
    passMs(STEP_MS + 1)
    killAtAnnouncement(world)
    await failureOf(first.apply(assigned(threadKey, 'a', at + STEP_MS)))
    passMs(ABANDONED_AFTER_MS * 2)
    await (await createInstance(world)).apply(assigned(threadKey, 'a', at + STEP_MS))
    expect(announcedAgents(world, conversationId)).toEqual(['a', 'b', 'a'])
  })

  it('is announced once although the provider is slow to say who is in the thread', async () => {
    const { world, first, others, conversationId, threadKey } = await settled(2, { tellsPresence: true })
    world.provider.present.add(`${threadKey}/b`)
    await first.apply(assigned(threadKey, 'a'))
    const answer = world.provider.holdNext('isAgentInThread')
    const slow = first.apply(assigned(threadKey, 'b'))
    await vi.waitUntil(() => world.provider.callsOf('isAgentInThread').length === 1)
    for (const instance of others) await instance.apply(assigned(threadKey, 'b'))
    passMs(STEP_MS + 1_000)
    answer()
    await outcomes([slow])
    expect(announcedAgents(world, conversationId)).toEqual(['a', 'b'])
  })
})

describe('a provider whose profiles say who is in the thread', () => {
  const unnamed = (threadKey: string, id: string): ProviderEvent => ({
    type: 'agentAssigned',
    threadKey,
    agent: { id },
  })

  async function handedOver(isThere: boolean) {
    const all = await settled(1, { tellsPresence: true, profilesTellPresence: true })
    const { world, first, threadKey } = all
    await first.apply(assigned(threadKey, 'a'))
    if (isThere) world.provider.present.add(`${threadKey}/b`)
    const line = await first.apply(unnamed(threadKey, 'b'))
    return { ...all, line }
  }

  it('is not asked a second time', async () => {
    const { world, conversationId } = await handedOver(true)
    expect(world.provider.calls.map(({ call }) => call)).toEqual(['getAgent'])
    expect(announcedAgents(world, conversationId)).toEqual(['a', 'b'])
  })

  it('is believed when the agent has left', async () => {
    const { world, conversationId, line } = await handedOver(false)
    expect(line).toContain('outdated')
    expect(world.provider.calls.map(({ call }) => call)).toEqual(['getAgent'])
    expect(announcedAgents(world, conversationId)).toEqual(['a'])
  })

  it('is asked the other way when the name is known and no profile is read', async () => {
    const { world, first, conversationId, threadKey } = await settled(1, {
      tellsPresence: true,
      profilesTellPresence: true,
    })
    await first.apply(assigned(threadKey, 'a'))
    await first.apply(assigned(threadKey, 'b'))
    expect(world.provider.calls.map(({ call }) => call)).toEqual(['isAgentInThread'])
    expect(announcedAgents(world, conversationId)).toEqual(['a'])
  })
})

describe('calls to Botpress', () => {
  it('are two for the first agent when the session is in memory and the agent known', async () => {
    const { world, first, threadKey } = await settled()
    await openSettledSession(world, first, 'Otto').then((other) => first.apply(assigned(other.threadKey, 'a')))
    world.botpress.calls.length = 0
    await first.apply(assigned(threadKey, 'a'))
    const operations = world.botpress.calls.map(({ operation }) => operation)
    expect(operations.filter((operation) => operation !== 'updateConversation')).toEqual([
      'getOrSetState',
      'createEvent',
    ])
  })

  it('do not grow with what an agent says', async () => {
    const { world, first, threadKey } = await settled()
    await first.apply(said(threadKey, 'm1', 'hello'))
    world.botpress.calls.length = 0
    await first.apply(said(threadKey, 'm2', 'again'))
    expect(world.botpress.calls.map(({ operation }) => operation)).toEqual(['initializeIncomingMessage'])
  })
})
