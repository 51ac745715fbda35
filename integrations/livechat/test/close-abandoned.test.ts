import type { AbandonedStart } from '@hitl/core'
import { describe, expect, it } from 'vitest'
import type { LiveChatThread } from '../src/thread'
import { accountsRefusal, chatHolding, earlier, failureOf, refusal, thread, useWorld, type World } from './helpers'

const world = useWorld()

const ABANDONED = 'conv_abandoned'
const LIST = 'customer/list_chats'
const LOOK = 'customer/get_chat'
const CLOSE = 'customer/deactivate_chat'
const ours = [`${ABANDONED}:0`, `${ABANDONED}:1`]
const listed = { json: { chats_summary: [{ id: thread.chatId }] } }

const close = (w: World, more: Partial<AbandonedStart<LiveChatThread>> = {}) =>
  w.session().closeAbandoned?.({
    sessionId: ABANDONED,
    contact: { userId: 'user_1' },
    startedAt: Date.now(),
    asked: {},
    earlier: [],
    ...more,
  })

describe('what a killed start has left', () => {
  it('is a chat of its own, which is closed as the customer it was opened by', async () => {
    const w = world()
    await w.storeToken(ABANDONED)
    w.vendor.on(LIST, listed).on(LOOK, chatHolding(ours)).on(LOOK, chatHolding(ours)).on(CLOSE)
    await close(w)
    expect(w.vendor.names()).toEqual([LIST, LOOK, LOOK, CLOSE])
    expect(w.vendor.calls.at(-1)).toEqual(w.customerCall('deactivate_chat', { id: thread.chatId }))
  })

  it('is a thread in the chat of an earlier session, which is closed as its customer', async () => {
    const w = world()
    await w.storeToken(w.previousId)
    w.vendor.on(LOOK, chatHolding(ours)).on(LOOK, chatHolding(ours)).on(CLOSE)
    await close(w, { earlier: [earlier, { ...earlier, threadId: 'AN-EARLIER-THREAD' }] })
    expect(w.vendor.names()).toEqual([LOOK, LOOK, CLOSE])
  })

  it.each([
    ['is of another session', chatHolding(['conv_other:0'])],
    ['holds nothing of ours', chatHolding([])],
    ['has ended', chatHolding(ours, { active: false })],
  ])('stays as it is when the chat %s', async (_, answer) => {
    const w = world()
    await w.storeToken(ABANDONED)
    w.vendor.on(LIST, listed).on(LOOK, answer)
    await close(w)
    expect(w.vendor.names()).toEqual([LIST, LOOK])
  })

  it('is nothing when the start was killed before it had a customer', async () => {
    const w = world()
    await close(w)
    expect(w.vendor.names()).toEqual([])
  })

  it('is nothing when the customer has no chat', async () => {
    const w = world()
    await w.storeToken(ABANDONED)
    w.vendor.on(LIST, { json: { chats_summary: [] } })
    await close(w)
    expect(w.vendor.names()).toEqual([LIST])
  })

  it.each([
    ['LiveChat refuses', refusal('authorization', 403)],
    ['LiveChat no longer knows the customer', accountsRefusal('invalid_grant')],
  ])('is told of as a failure when %s', async (_, answer) => {
    const w = world()
    await w.storeToken(ABANDONED, answer.status === 401 ? { expiresAt: 0 } : {})
    w.vendor.on(answer.status === 401 ? 'token' : LIST, answer)
    expect(await failureOf(Promise.resolve(close(w)))).toMatchObject({ retryable: false })
  })
})
