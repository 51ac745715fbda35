import { ProviderHttpError, ProviderUnreachableError, RateLimitedError, ReauthorizationRequiredError } from '@hitl/core'
import { describe, expect, it } from 'vitest'
import { hubspotAdapter } from '../src/adapter'
import {
  type Answer,
  BAD_REFRESH_TOKEN,
  CLOSE,
  failsWith,
  MISSING,
  NO_TOKEN,
  PAGE,
  PORTAL,
  rateLimit,
  refusal,
  shortenWaits,
  STATE,
  THREAD,
  threadIn,
  useWorld,
  type World,
} from './helpers'

const world = useWorld()

const close = (w: World) => w.api().closeThread(w.thread)

describe('closing a thread', () => {
  it('takes one call', async () => {
    const w = world()
    w.vendor.on(CLOSE, threadIn('CLOSED'))
    expect(await close(w)).toBeUndefined()
    expect(w.vendor.calls).toEqual([w.call(CLOSE, { body: { status: 'CLOSED' } })])
  })

  it.each<[string, Answer]>([
    ['nothing', { status: 204, text: '' }],
    ['a thread that was closed already', threadIn('CLOSED', { closedAt: '2026-01-01T00:00:00Z' })],
  ])('succeeds when HubSpot answers with %s', async (_, answer) => {
    const w = world()
    w.vendor.on(CLOSE, answer)
    await close(w)
    expect(w.vendor.names()).toEqual([CLOSE])
  })

  it('succeeds when HubSpot says twice that the thread is gone', async () => {
    const w = world()
    w.vendor.on(CLOSE, MISSING).on(STATE, MISSING)
    await close(w)
    expect(w.vendor.names()).toEqual([CLOSE, STATE])
  })

  it('fails when the thread is there all the same', async () => {
    const w = world()
    w.vendor.on(CLOSE, MISSING).on(STATE, threadIn('OPEN'))
    expect(await failsWith(ProviderHttpError, close(w))).toMatchObject({ status: 404 })
  })

  it.each<[string, Answer, number]>([
    ['for the scope', refusal(403), 403],
    ['for another reason', refusal(400), 400],
    ['because the account is being moved', refusal(477), 477],
  ])('fails at once when it is refused %s', async (_, answer, status) => {
    const w = world()
    w.vendor.on(CLOSE, answer)
    expect(await failsWith(ProviderHttpError, close(w))).toMatchObject({ status, retryable: false })
    expect(w.vendor.names()).toEqual([CLOSE])
  })

  it.each<[string, Answer]>([
    ['status 502', refusal(502)],
    ['a locked thread', refusal(423)],
    ['a rate limit', rateLimit('TEN_SECONDLY_ROLLING')],
    ['a dropped connection', { drop: 'ECONNRESET' }],
    ['a page', PAGE],
  ])('is tried again after %s: closing twice does no harm', async (_, answer) => {
    const w = world()
    shortenWaits()
    w.vendor.on(CLOSE, answer).on(CLOSE, threadIn('CLOSED'))
    await close(w)
    expect(w.vendor.names()).toEqual([CLOSE, CLOSE])
  })

  it('fails after three attempts', async () => {
    const w = world()
    shortenWaits()
    w.vendor.whenever(CLOSE, { drop: 'ECONNRESET' })
    await failsWith(ProviderUnreachableError, close(w))
    expect(w.vendor.count(CLOSE)).toBe(3)
  })

  it('is not tried again on a day whose limit is used up', async () => {
    const w = world()
    w.vendor.on(CLOSE, rateLimit('DAILY'))
    await failsWith(RateLimitedError, close(w))
    expect(w.vendor.names()).toEqual([CLOSE])
  })

  it('fails when the connection is lost', async () => {
    const w = world()
    shortenWaits()
    await w.storeToken({ expiresAt: 0 })
    w.vendor.onToken(BAD_REFRESH_TOKEN)
    await failsWith(ReauthorizationRequiredError, close(w))
    expect(w.vendor.names()).toEqual(['token'])
  })

  it.each([400, 404, 409])('fails when no token can be had, whatever the reason (status %i)', async (status) => {
    const w = world()
    await w.storeToken({ expiresAt: 0 })
    w.vendor.onToken({ ...NO_TOKEN, status })
    expect(await failsWith(ProviderHttpError, close(w))).toMatchObject({ status })
    expect(w.vendor.names()).toEqual(['token'])
  })

  it('needs no registration: the thread knows all of it', async () => {
    const w = world()
    await w.storeNote({})
    w.vendor.on(CLOSE, threadIn('CLOSED'))
    await close(w)
    expect(w.botpress.callsOf('getState')).toHaveLength(1)
  })
})

describe('the key of a thread', () => {
  it('is its id within the account of HubSpot, which webhooks repeat', () => {
    expect(hubspotAdapter.threadKey(world().thread)).toBe(`${PORTAL}/${THREAD}`)
  })
})
