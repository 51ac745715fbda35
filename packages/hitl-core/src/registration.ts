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

const MOST_TOLD = 50

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
  const noted = await readState(client, address, recordSchema)
  const before = noted?.settings === settings ? noted : undefined
  const notices = await invocation
    .connect()
    .install()
    .catch((error: unknown) => {
      // Botpress asks regularly: an outage at that moment must not end an installation that works.
      if (before && error instanceof HitlError && error.retryable) return [`${NOT_CHECKED} ${error.message}`]
      throw error
    })
  const fresh = notices.filter((notice) => !before?.told.includes(hash(notice)))
  for (const notice of fresh) log.warn(notice)
  if (!before || fresh.length > 0) {
    const told = [...fresh.map(hash), ...(before?.told ?? [])].slice(0, MOST_TOLD)
    await client.setState({ ...address, payload: { settings, told } })
  }
  return fresh
}

const NOT_CHECKED = 'The connection could not be checked this time.'

/** After the integration was removed, nothing counts as said. */
export const forgetRegistration = ({ platform }: Pick<AnyInvocation, 'platform'>): Promise<void> =>
  removeState(platform.client, addressOf(platform))
