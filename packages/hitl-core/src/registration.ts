import * as z from 'zod/mini'
import { repeatRegistration } from './botpress/lock'
import { state } from './botpress/names'
import type { StateAddress } from './botpress/port'
import { readState, removeState } from './botpress/state'
import { HitlError } from './errors'
import { hash } from './hash'
import type { Invocation } from './invocation'

type AnyInvocation = Pick<Invocation<unknown, unknown, unknown>, 'platform' | 'config' | 'log' | 'adapter'> & {
  connect(): { install(): Promise<readonly string[]> }
}

const recordSchema = z.object({
  /** Hash of the settings that were proved last. */
  settings: z.string(),
  /** Hashes of what was said with them. */
  told: z.array(z.string()),
})

const addressOf = ({ integrationId: id }: AnyInvocation['platform']): StateAddress => ({
  type: 'integration',
  id,
  name: state.registration,
})

/**
 * Proves the settings, sets up what is missing at the provider, and asks Botpress to do so again every day. Returns what
 * is left to do by hand, which is also in the log; each sentence once as long as the settings are the same.
 * @throws ConfigurationError naming the setting
 */
export async function register(invocation: AnyInvocation): Promise<readonly string[]> {
  const { platform, config, log } = invocation
  const { client } = platform
  await repeatRegistration(platform, 'daily').catch(() =>
    log.warn('Botpress did not take the request to check the connection regularly.')
  )
  const address = addressOf(platform)
  const settings = hash(JSON.stringify(config))
  // What was noted only saves repeating oneself: without it the registration goes on.
  const noted = await readState(client, address, recordSchema).catch(() => undefined)
  const before = noted?.settings === settings ? noted : undefined
  const { notices, isOutage } = await check(invocation, before !== undefined)
  const fresh = notices.filter((notice) => !before?.told.includes(hash(notice)))
  for (const notice of fresh) log.warn(notice)
  // Who says it again next time is told again, but not because of an outage in between.
  const told = [...new Set([...notices.map(hash), ...(isOutage ? (before?.told ?? []) : [])])]
  if (before?.told.join() !== told.join()) {
    await client.setState({ ...address, payload: { settings, told } }).catch(() => undefined)
  }
  return fresh
}

async function check(invocation: AnyInvocation, hasWorked: boolean) {
  try {
    return { notices: await invocation.connect().install(), isOutage: false }
  } catch (error) {
    // Botpress asks regularly: an outage at that moment must not end an installation that works.
    if (!hasWorked || !(error instanceof HitlError) || !error.retryable) throw error
    return { notices: [`${NOT_CHECKED} ${error.message}`], isOutage: true }
  }
}

const NOT_CHECKED = 'The connection could not be checked this time.'

/** After the integration was removed, nothing counts as said. */
export const forgetRegistration = ({ platform }: Pick<AnyInvocation, 'platform'>): Promise<void> =>
  removeState(platform.client, addressOf(platform))
