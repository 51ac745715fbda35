import { InternalError } from '@botpress/client'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  announcedAgents,
  assigned,
  closed,
  createInstance,
  createInstances,
  createWorld,
  failureOf,
  freezeTime,
  type Instance,
  openSettledSession,
  untilQuiet,
  withTimePassing,
  type World,
} from './support'

beforeEach(() => void freezeTime())
afterEach(() => void vi.useRealTimers())

const passMs = (ms: number) => void vi.setSystemTime(Date.now() + ms)

async function two(world: World): Promise<[Instance, Instance]> {
  const [first, second] = await createInstances(world, 2)
  if (!first || !second) throw new Error('two instances')
  return [first, second]
}

const conversationOf = (world: World, id: string) => {
  const conversation = world.botpress.conversations().find((one) => one.id === id)
  if (!conversation) throw new Error('no such conversation')
  return conversation
}

describe('a stop', () => {
  it('that is still closing keeps its thread from being used again, and frees it when it is done', async () => {
    const world = createWorld()
    const [first, second] = await two(world)
    const { userId, conversationId } = await openSettledSession(world, first)
    const release = world.provider.holdNext('closeThread')
    const stopping = first.stop(conversationId)
    await untilQuiet()
    await withTimePassing(second.start({ userId, title: 'again', messageHistory: [] }))
    const { previous } = world.provider.callsOf('openThread').at(-1) as {
      previous: { isOver(): Promise<boolean> }
    }
    expect(await withTimePassing(previous.isOver())).toBe(false)
    release()
    await stopping
    expect(await withTimePassing(previous.isOver())).toBe(true)
  })

  it('behind a slow message still has time to close the thread', async () => {
    let leftMs = 0
    const world = createWorld({
      beforeClose: ({ http }) =>
        http.request({ method: 'POST', url: 'http://127.0.0.1:1/', repeatable: false }).then(
          () => undefined,
          (error: Error) => void (leftMs = /no time was left/.test(error.message) ? 0 : 1)
        ),
    })
    const instance = await createInstance(world)
    const { userId, conversationId } = await openSettledSession(world, instance)
    const release = world.provider.holdNext('sendMessage')
    const sending = instance.send({
      type: 'text',
      payload: { text: 'a long upload', userId },
      conversation: conversationOf(world, conversationId),
      message: { id: 'm1' },
    })
    await untilQuiet()
    const stopping = instance.stop(conversationId)
    await untilQuiet()
    passMs(60_000)
    release()
    await sending
    await withTimePassing(stopping)
    expect(leftMs).toBe(1)
    expect(world.provider.openThreads()).toEqual([])
  })
})

describe('an assignment that fails late', () => {
  it('does not undo the assignment of the agent who took over meanwhile', async () => {
    const world = createWorld({ tellsPresence: true })
    const [first, second] = await two(world)
    const { conversationId, threadKey } = await openSettledSession(world, first)
    world.provider.present.add(`${threadKey}/b`)
    const createEvent = world.botpress.createEvent
    world.botpress.createEvent = async () => {
      world.botpress.createEvent = createEvent
      passMs(9_000)
      await withTimePassing(second.apply(assigned(threadKey, 'b')))
      throw new InternalError('down')
    }
    expect(await withTimePassing(failureOf(first.apply(assigned(threadKey, 'a'))))).toMatchObject({ message: 'down' })
    passMs(10_000)
    await withTimePassing(second.apply(assigned(threadKey, 'b')).catch(() => undefined))
    await withTimePassing(first.apply(assigned(threadKey, 'a')).catch(() => undefined))
    expect(announcedAgents(world, conversationId)).toEqual(['b'])
  })
})

describe('the evidence that an event is there', () => {
  it('is found behind more events than one page holds', async () => {
    const world = createWorld()
    const instance = await createInstance(world)
    const { conversationId, threadKey } = await openSettledSession(world, instance)
    await instance.apply(assigned(threadKey, 'a'))
    const noise = { type: 'hitlStopped', payload: { conversationId: 'other' }, conversationId } as const
    for (let count = 0; count < 45; count += 1) await world.botpress.createEvent(noise)
    passMs(60_000)
    await withTimePassing(instance.apply(assigned(threadKey, 'a')))
    expect(announcedAgents(world, conversationId)).toEqual(['a'])
  })
})

describe('a text for a thread that is closed', () => {
  it('fails with that reason although another instance is telling the end', async () => {
    const world = createWorld()
    const [first, second] = await two(world)
    const { userId, conversationId, threadKey } = await openSettledSession(world, first)
    for (const thread of world.provider.threads.values()) thread.isOpen = false
    let release: () => void = () => undefined
    world.botpress.interceptNext('createEvent', () => new Promise<void>((resolve) => (release = resolve)))
    const closing = second.apply(closed(threadKey))
    await untilQuiet()
    const sending = first.send({
      type: 'text',
      payload: { text: 'hello?', userId },
      conversation: conversationOf(world, conversationId),
      message: { id: 'm2' },
    })
    expect(await withTimePassing(failureOf(sending))).toMatchObject({ name: 'ThreadClosedError' })
    release()
    await closing
  })
})
