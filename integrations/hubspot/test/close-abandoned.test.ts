import { describe, expect, it } from 'vitest'
import {
  ACCOUNT,
  CLOSE,
  EMAIL,
  failureOf,
  HELP_DESK,
  MISSING,
  OTHER_ACCOUNT,
  OTHER_INBOX,
  PUBLISH,
  published,
  refusal,
  STATE,
  THREAD,
  threadIn,
  useWorld,
  type World,
} from './helpers'

const world = useWorld()

const ABANDONED = 'conv_abandoned'
const close = (w: World, options: unknown = {}) =>
  w.api().closeAbandoned?.({
    sessionId: ABANDONED,
    contact: { userId: 'user_1', email: EMAIL },
    startedAt: Date.now(),
    asked: { options },
    earlier: [],
  })

describe('what a killed start has left', () => {
  it('is found by a message with its id and a key of its own, and closed', async () => {
    const w = world()
    w.vendor.on(PUBLISH, published(THREAD)).on(CLOSE, threadIn('CLOSED'))
    await close(w)
    expect(w.vendor.names()).toEqual([PUBLISH, CLOSE])
    expect(w.vendor.bodies(PUBLISH)).toMatchObject([
      {
        integrationThreadId: ABANDONED,
        integrationIdempotencyId: `${ABANDONED}-abandoned`,
        messageDirection: 'INCOMING',
      },
    ])
  })

  it('is looked for where it was opened: in the inbox of its session', async () => {
    const w = world()
    await w.storeNote(w.setUp({ accounts: { [HELP_DESK]: ACCOUNT, [OTHER_INBOX]: OTHER_ACCOUNT } }))
    w.vendor.on(PUBLISH, published(THREAD)).on(CLOSE, threadIn('CLOSED'))
    await close(w, { inboxId: OTHER_INBOX })
    expect(w.vendor.bodies(PUBLISH)).toMatchObject([{ channelAccountId: OTHER_ACCOUNT }])
  })

  it('is closed by the time when it is gone', async () => {
    const w = world()
    w.vendor.on(PUBLISH, published(THREAD)).on(CLOSE, MISSING).on(STATE, MISSING)
    await close(w)
    expect(w.vendor.names()).toEqual([PUBLISH, CLOSE, STATE])
  })

  it('is told of as a failure when HubSpot refuses', async () => {
    const w = world()
    w.vendor.on(PUBLISH, refusal(409))
    expect(await failureOf(Promise.resolve(close(w)))).toMatchObject({ status: 409, retryable: false })
    expect(w.vendor.names()).toEqual([PUBLISH])
  })
})
