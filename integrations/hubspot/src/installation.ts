import { HitlError, oneAtATime, type Platform, ProviderHttpError, repeatRegistration } from '@hitl/core'
import { ensureAppWebhook, releaseAppWebhook } from './app-webhook'
import { ensureChannel } from './channel'
import { ensureAccount, releaseAccounts } from './channel-account'
import { isMoving } from './client'
import { leaveFormerInboxes, tellWhatStays } from './former-settings'
import { proveInbox } from './prove-inbox'
import { type ProofTools, proveSettings } from './prove-settings'
import { asText } from './schemas'
import { change, current, hashOf, type Place, type SetUp, type SetUpTools, write } from './set-up'

export type InstallTools = SetUpTools & ProofTools & { platform: Platform }

/** Another save of the settings, or a first escalation, may be at it. In ms. */
const WAIT_MS = 20_000
/** HubSpot may take more than a minute before a new channel can be used; nobody waits that long. In ms. */
const PATIENCE_MS = { register: 15_000, start: 8_000 } as const

const IN_PROGRESS =
  'HubSpot has made the channel and needs a while before it can be used. The rest is set up by itself, at the latest ' +
  'when the first user asks for an agent.'

/** Proves every setting, then makes channel, account and webhooks. Returns what is left to do by hand. */
export async function install(tools: InstallTools): Promise<readonly string[]> {
  const { config, platform } = tools
  const before = await current(tools)
  try {
    return await oneAtATime(platform, WAIT_MS, async () => {
      const { accountId, notices } = await setUp(tools, config.helpDeskId, PATIENCE_MS.register)
      return accountId === undefined ? [IN_PROGRESS, ...notices] : notices
    })
  } catch (error) {
    // Botpress asks regularly: an outage at that moment must not end an installation that works.
    const isOutage = error instanceof HitlError && (error.retryable || isMoving(error))
    if (!isOutage || !placeIn(tools, before, config.helpDeskId)) throw error
    return [`The connection could not be checked this time. ${error.message}`]
  }
}

type Made = Partial<Place> & { notices: readonly string[] }

async function setUp(tools: InstallTools, inboxId: string, patienceMs: number): Promise<Made> {
  const { config, log, platform } = tools
  const portalId = await proveSettings(tools)
  const before = await current(tools)
  await tellWhatStays(tools, before, portalId)
  // What follows may fail half-way, and then neither these nor the former settings are done with.
  if (before.doneWith !== hashOf(config)) await write(tools, { ...before, doneWith: undefined })
  const channelId = await ensureChannel(tools, portalId)
  const accountId = await ensureAccount(tools, channelId, inboxId, patienceMs)
  // Asked for before anything else can fail.
  if (accountId === undefined) {
    await repeatRegistration(platform, 'hourly').catch(() =>
      log.warn('Botpress did not take the request to check the connection regularly.')
    )
  }
  const notices = await ensureAppWebhook(tools)
  await change(tools, { doneWith: hashOf(config) })
  if (accountId !== undefined) await leaveFormerInboxes(tools)
  return { portalId, channelId, notices, ...(accountId === undefined ? {} : { accountId }) }
}

/**
 * Where sessions of an inbox go. What the registration could not finish is finished here.
 * @param refused the account that HubSpot does not take messages for
 */
export async function placeFor(tools: InstallTools, inboxId: string, refused?: string): Promise<Place> {
  const known = placeIn(tools, await current(tools, false), inboxId)
  if (known && known.accountId !== refused && (await isOfPlace(tools, known))) return known
  return oneAtATime(tools.platform, WAIT_MS, () => makePlace(tools, inboxId, refused))
}

/** Another instance may have connected another account meanwhile. */
async function isOfPlace({ tokens }: InstallTools, { portalId }: Place): Promise<boolean> {
  const token = await tokens.get()
  return token.identity === undefined || token.identity === portalId
}

function placeIn({ config }: SetUpTools, noted: SetUp, inboxId: string): Place | undefined {
  const { portalId, channelId, accounts, doneWith } = noted
  const accountId = asText(accounts[inboxId])
  const isComplete = portalId && channelId && accountId && doneWith === hashOf(config)
  return isComplete ? { portalId, channelId, accountId } : undefined
}

async function makePlace(tools: InstallTools, inboxId: string, refused: string | undefined): Promise<Place> {
  const latest = await current(tools)
  const made = placeIn(tools, latest, inboxId)
  if (made && !(await isOfPlace(tools, made))) await tools.tokens.renew(await tools.tokens.get())
  if (made && made.accountId !== refused) return made
  if (inboxId !== tools.config.helpDeskId) await proveInbox(tools.client, inboxId)
  const { portalId, channelId, accountId } = await reach(tools, latest, inboxId)
  if (portalId && channelId && accountId) return { portalId, channelId, accountId }
  throw new ProviderHttpError(
    'HubSpot has made the channel but cannot use it yet, which may take some minutes. Try again a little later.',
    { status: 0 },
    { provider: 'HubSpot' }
  )
}

async function reach(tools: InstallTools, latest: SetUp, inboxId: string): Promise<Partial<Place>> {
  const { portalId, doneWith } = latest
  if (!portalId || doneWith !== hashOf(tools.config)) {
    const { notices, ...place } = await setUp(tools, inboxId, PATIENCE_MS.start)
    for (const notice of notices) tools.log.warn(notice)
    return place
  }
  const channelId = await ensureChannel(tools, portalId)
  const accountId = await ensureAccount(tools, channelId, inboxId, PATIENCE_MS.start)
  return { portalId, channelId, ...(accountId === undefined ? {} : { accountId }) }
}

/** Nothing reaches the bot any more; the channel stays, with the conversations that were led over it. */
export async function uninstall(tools: InstallTools): Promise<void> {
  await releaseAccounts(tools)
  await releaseAppWebhook(tools)
  const { portalId, channelId, madeAt } = await current(tools)
  await write(tools, { portalId, channelId, madeAt, accounts: {} })
}
