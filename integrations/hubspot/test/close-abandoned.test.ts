import { describe, expect, it } from 'vitest'
import {
  CLOSE,
  EMAIL,
  failureOf,
  MISSING,
  PUBLISH,
  published,
  refusal,
  THREAD,
  threadIn,
  useWorld,
  type World,
} from './helpers'

const world = useWorld()

const ABANDONED = 'conv_abandoned'
const close = (w: World) =>
  w.api().closeAbandoned?.({
    sessionId: ABANDONED,
    contact: { userId: 'user_1', email: EMAIL },
    startedAt: Date.now(),
  })

describe('what a killed start has left', () => {
  it('is found by a message with the id and the key of its opening, and closed', async () => {
    const w = world()
    w.vendor.on(PUBLISH, published(THREAD)).on(CLOSE, threadIn('CLOSED'))
    await close(w)
    expect(w.vendor.names()).toEqual([PUBLISH, CLOSE])
    expect(w.vendor.bodies(PUBLISH)).toMatchObject([
      {
        integrationThreadId: ABANDONED,
        integrationIdempotencyId: `${ABANDONED}-opening`,
        messageDirection: 'INCOMING',
      },
    ])
  })

  it('is closed by the time when it is gone', async () => {
    const w = world()
    w.vendor.on(PUBLISH, published(THREAD)).on(CLOSE, MISSING)
    await close(w)
    expect(w.vendor.names()).toEqual([PUBLISH, CLOSE])
  })

  it('is told of as a failure when HubSpot refuses', async () => {
    const w = world()
    w.vendor.on(PUBLISH, refusal(409))
    expect(await failureOf(Promise.resolve(close(w)))).toMatchObject({ status: 409, retryable: false })
    expect(w.vendor.names()).toEqual([PUBLISH])
  })
})
