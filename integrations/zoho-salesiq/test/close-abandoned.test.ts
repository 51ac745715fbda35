import { describe, expect, it } from 'vitest'
import { APP, data, failureOf, freezeClock, refusal, type Route, shortenWaits, useWorld, type World } from './helpers'

const world = useWorld()

const LIST: Route = 'GET rest/conversations'
const EMAIL = 'thomas@example.com'
const closing = (id: string): Route => `PUT rest/conversations/${id}/close`

const listed = (id: string, more: object = {}) => ({
  id,
  question: 'Help',
  start_time: String(Date.now()),
  visitor: { user_id: 'user_1' },
  ...more,
})

const close = (w: World, email?: string, startedAt = Date.now()) =>
  w.api().closeAbandoned?.({
    sessionId: 'conv_abandoned',
    contact: { userId: 'user_1', ...(email === undefined ? {} : { email }) },
    startedAt,
    asked: { title: 'Help' },
    earlier: [{ id: '99', appId: '1', keys: [] }],
  })

describe('what a killed start has left', () => {
  it('is the open conversation of the visitor that began at that time, and is closed', async () => {
    const w = world()
    freezeClock()
    w.vendor.on(LIST, data([listed('11')])).on(closing('11'))
    await close(w)
    expect(w.vendor.calls[0]).toEqual(
      w.call(LIST, {
        query: `?status=open&app_id=${APP}&to_time=${Date.now() + 60_000}&from_time=${Date.now() - 5_000}&limit=99`,
      })
    )
    expect(w.vendor.names()).toEqual([LIST, closing('11')])
  })

  it('is known by address and question where lists do not show our id', async () => {
    const w = world()
    const others = [{ email: 'b@example.com' }, { email: EMAIL }].map((visitor, index) =>
      listed(`2${index}`, { visitor, question: index === 0 ? 'Help' : 'Something else' })
    )
    w.vendor.on(LIST, data([listed('11', { visitor: { email: EMAIL.toUpperCase() } }), ...others])).on(closing('11'))
    await close(w, EMAIL)
    expect(w.vendor.names()).toEqual([LIST, closing('11')])
  })

  it('is not guessed among several: another one may be a live chat', async () => {
    const w = world()
    const visitor = { email: EMAIL }
    w.vendor.on(LIST, data([listed('11', { visitor }), listed('12', { visitor })]))
    await close(w, EMAIL)
    expect(w.vendor.names()).toEqual([LIST])
  })

  it('is told of as a failure when it cannot be closed, so that the next start tries again', async () => {
    const w = world()
    shortenWaits()
    w.vendor.on(LIST, data([listed('11')])).whenever(closing('11'), { drop: 'ECONNRESET' })
    expect(await failureOf(Promise.resolve(close(w)))).toMatchObject({ retryable: true })
  })

  it('is never the conversation of another visitor, nor one that began before, nor that of a session', async () => {
    const w = world()
    freezeClock()
    const others = [
      listed('1', { visitor: { user_id: 'user_2' } }),
      listed('2', { visitor: { user_id: 'user_2', email: EMAIL } }),
      listed('3', { visitor: null }),
      listed('4', { start_time: String(Date.now() - 5_001) }),
      listed('6', { start_time: null }),
      listed('99'),
      listed('not-a-number'),
    ]
    w.vendor.on(LIST, data(others))
    await close(w, EMAIL)
    expect(w.vendor.names()).toEqual([LIST])
  })

  it('is told of as a failure when the list cannot be had', async () => {
    const w = world()
    w.vendor.on(LIST, refusal(1009))
    expect(await failureOf(Promise.resolve(close(w)))).toMatchObject({ retryable: false })
  })
})
