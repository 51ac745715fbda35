import * as z from 'zod/mini'
import { switchOff } from './channel-account'
import { asText } from './schemas'
import { change, current, formerApp, type SetUp, type SetUpTools } from './set-up'

/** Says once what the new settings cannot take back. */
export async function tellWhatStays(tools: SetUpTools, before: SetUp, portalId: string): Promise<void> {
  const { log } = tools
  const appId = await formerApp(tools)
  if (appId !== undefined) {
    log.warn(
      `The app ${appId} of the former settings still has its channel "Botpress" and its webhooks. Remove them there.`
    )
  }
  if (before.portalId !== undefined && before.portalId !== portalId) {
    log.warn(
      `The HubSpot account ${before.portalId} was connected before, and still has the channel of this bot. Uninstall ` +
        'the app there.'
    )
  }
}

const thread = z.object({ accountId: z.string() })

/**
 * Switches the channel off for inboxes of former settings, once no session goes on there. A session that names such an
 * inbox switches it on again. Never fails.
 */
export async function leaveFormerInboxes(tools: SetUpTools): Promise<void> {
  const { helpDeskId } = tools.config
  const noted = await current(tools)
  const left = new Set([...(noted.leaving ?? []), noted.helpDeskId ?? helpDeskId])
  left.delete(helpDeskId)
  const inboxes = [...left].filter((inboxId) => asText(noted.accounts[inboxId]))
  if (inboxes.length === 0 && noted.helpDeskId === helpDeskId && !noted.leaving?.length) return
  const busy = inboxes.length === 0 ? new Set<string>() : await busyAccounts(tools)
  const isDone = (inboxId: string) => busy !== undefined && !busy.has(asText(noted.accounts[inboxId]) ?? '')
  const done = inboxes.filter(isDone)
  const accounts = Object.fromEntries(Object.entries(noted.accounts).filter(([inboxId]) => !done.includes(inboxId)))
  // Noted before it is done: sessions of other instances then switch it on again.
  await change(tools, { helpDeskId, leaving: inboxes.filter((inboxId) => !done.includes(inboxId)), accounts })
  for (const inboxId of done) await switchOff(tools, noted.channelId, asText(noted.accounts[inboxId]) ?? '')
}

/** Undefined when that cannot be told now. */
async function busyAccounts({ liveThreads }: SetUpTools): Promise<ReadonlySet<string> | undefined> {
  const live = await liveThreads().catch(() => undefined)
  return live && new Set(live.flatMap((one) => thread.safeParse(one).data?.accountId ?? []))
}
