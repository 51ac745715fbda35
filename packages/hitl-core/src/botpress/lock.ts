import { randomUUID } from 'node:crypto'
import * as z from 'zod/mini'
import { BusyError } from '../errors'
import { sleep } from '../http/deadline'
import { SET_UP_STATE } from './names'
import type { Platform } from './platform'
import type { StateAddress } from './port'
import { claimState, removeState } from './state'

const claimSchema = z.object({ claim: z.string() })

export type Lock = {
  /** Whether it is ours now. */
  claim(): Promise<boolean>
  release(): Promise<void>
}

/**
 * The right of one call, among those of all instances, to do something for the installation.
 * @param lastsMs longer than that takes: the lock of a call that was killed opens again
 */
export function createLock(
  { client, integrationId }: Pick<Platform, 'client' | 'integrationId'>,
  name: StateAddress['name'],
  lastsMs: number
): Lock {
  const address: StateAddress = { type: 'integration', id: integrationId, name }
  const mine = { claim: randomUUID() }
  let claimedAt = 0
  return {
    async claim() {
      claimedAt = Date.now()
      return (await claimState(client, address, mine, claimSchema, lastsMs)).claim === mine.claim
    },
    async release() {
      // After that it may be somebody else's.
      if (Date.now() - claimedAt < lastsMs) await removeState(client, address)
    },
  }
}

/** The platform ends an invocation after 60 s. */
const SET_UP_LASTS_MS = 60_000
const LOOK_EVERY_MS = 1_000

/**
 * Runs a task that sets something up at the provider while no other call does, and waits for such a call.
 * @param waitMs how long to wait at most
 * @throws BusyError when another call is still at it then
 */
export async function oneAtATime<T>(platform: Platform, waitMs: number, task: () => Promise<T>): Promise<T> {
  const lock = createLock(platform, SET_UP_STATE, SET_UP_LASTS_MS)
  const givesUpAt = Date.now() + Math.min(waitMs, platform.deadline.remainingMs() - LOOK_EVERY_MS)
  while (!(await lock.claim())) {
    if (Date.now() >= givesUpAt) {
      throw new BusyError('Another call is setting up the integration. Try again in a minute.', { retryable: true })
    }
    await sleep(LOOK_EVERY_MS)
  }
  try {
    return await task()
  } finally {
    await lock.release().catch(() => undefined)
  }
}

/** Asks Botpress to call the registration again by itself, over and over. */
export async function repeatRegistration({ client }: Platform, every: 'hourly' | 'daily' | 'monthly'): Promise<void> {
  await client.configureIntegration({ scheduleRegisterCall: every })
}
