import { ProviderHttpError, sleep } from '@hitl/core'
import { type HubSpotClient, isAboutAccess, isMissing, isRefusal, reasonOf } from './client'
import { accountIdentifier, CHANNELS } from './publish'
import { asId, asText, type ChannelAccount, channelAccount, identifierValue } from './schemas'
import { change, current, isYoung, type SetUpTools } from './set-up'

const pathOf = (channelId: string) => `${CHANNELS}/${channelId}/channel-accounts`

/**
 * The account that joins the channel to an inbox, made when missing; one per inbox. Undefined when HubSpot does not know
 * the new channel yet. The inbox has to exist.
 * @param patienceMs how long to go on trying
 */
export async function ensureAccount(
  tools: SetUpTools,
  channelId: string,
  inboxId: string,
  patienceMs: number
): Promise<string | undefined> {
  const givesUpAt = Date.now() + patienceMs
  for (let waitMs = 1_000; ; waitMs *= 2) {
    try {
      const id = await findOrMake(tools, channelId, inboxId)
      const { accounts } = await current(tools)
      await change(tools, { accounts: { ...accounts, [inboxId]: id } })
      return id
    } catch (error) {
      const mayBeTooEarly =
        isRefusal(error) && error.type !== OFF && !isAboutAccess(error) && isYoung(await current(tools))
      if (!mayBeTooEarly) throw error
      if (Date.now() + waitMs > givesUpAt) return undefined
      await sleep(waitMs)
    }
  }
}

async function findOrMake(tools: SetUpTools, channelId: string, inboxId: string): Promise<string> {
  const { client } = tools
  const found = await find(client, channelId, inboxId)
  const { accounts } = await current(tools)
  // Ours, and not switched off by us: somebody had a reason.
  if (found?.authorized === false && accounts[inboxId] === found.id) throw switchedOff()
  if (found) return authorize(client, channelId, found)
  const deliveryIdentifier = accountIdentifier(inboxId)
  const json = { inboxId, name: 'Botpress', authorized: true, deliveryIdentifier }
  const call = { method: 'POST' as const, path: pathOf(channelId), json, repeatable: false }
  try {
    return (await client.ask(call, channelAccount)).id
  } catch (error) {
    // Made a moment ago: by a call whose answer got lost.
    const made = error instanceof ProviderHttpError ? await find(client, channelId, inboxId) : undefined
    if (!made) throw error
    return authorize(client, channelId, made)
  }
}

async function find(client: HubSpotClient, channelId: string, inboxId: string): Promise<ChannelAccount | undefined> {
  const accounts = await client.list({ path: pathOf(channelId) }, channelAccount)
  const ours = accounts.filter((one) => asId(one.inboxId) === inboxId && one.archived !== true)
  const { value } = accountIdentifier(inboxId)
  return ours.find(({ deliveryIdentifier }) => identifierValue(deliveryIdentifier) === value) ?? ours[0]
}

const OFF = 'SWITCHED_OFF'

const switchedOff = () =>
  new ProviderHttpError(
    'The channel of the bot is switched off in HubSpot for this Help Desk or inbox. Switch it on under Settings > Inbox ' +
      '& Help Desk > Channels, or remove the integration from the bot and add it again.',
    { status: 0, type: OFF },
    { provider: 'HubSpot' }
  )

/** Switched off when the integration was removed. */
async function authorize(
  client: HubSpotClient,
  channelId: string,
  { id, authorized }: ChannelAccount
): Promise<string> {
  if (authorized !== false) return id
  const path = `${pathOf(channelId)}/${id}`
  await client.tell({ method: 'PATCH', path, json: { authorized: true }, repeatable: true })
  return id
}

/** Nobody can be reached through them any more. Never fails: the integration goes away anyway. */
export async function releaseAccounts(tools: SetUpTools): Promise<void> {
  const { channelId, accounts } = await current(tools)
  for (const id of Object.values(accounts).flatMap((one) => asText(one) ?? [])) await switchOff(tools, channelId, id)
}

/** Never fails; what could not be done is in the log. */
export async function switchOff({ client, log }: SetUpTools, channelId: string | undefined, id: string): Promise<void> {
  const path = `${pathOf(channelId ?? '')}/${id}`
  const call = { method: 'PATCH' as const, path, json: { authorized: false }, repeatable: true }
  await client.tell(call).catch((error: unknown) => {
    if (isMissing(error)) return
    log.warn(
      `The channel of the bot could not be switched off in HubSpot: ${reasonOf(error)} Switch it off under Settings > Inbox & Help ` +
        'Desk > Channels.'
    )
  })
}
