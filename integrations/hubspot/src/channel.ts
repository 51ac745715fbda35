import { HitlError, isDoubtful, ProviderHttpError } from '@hitl/core'
import { limits } from './limits'
import { CHANNELS } from './publish'
import { asText, type Channel, channel } from './schemas'
import { current, isYoung, type LookTools, type SetUpTools, write } from './set-up'

/** What agents get offered: exactly what reaches the end user. Source: the guide of the Custom Channels API. */
export const CAPABILITIES = {
  deliveryIdentifierTypes: ['HS_EMAIL_ADDRESS', 'HS_PHONE_NUMBER', 'CHANNEL_SPECIFIC_OPAQUE_ID'],
  threadingModel: 'INTEGRATION_THREAD_ID',
  richText: ['HYPERLINK'],
  allowInlineImages: false,
  allowOutgoingMessages: true,
  allowConversationStart: false,
  allowMultipleRecipients: false,
  outgoingAttachmentTypes: ['FILE'],
  allowedFileAttachmentMimeTypes: ['image/*', 'audio/*', 'video/*', 'text/*', 'application/*'],
  maxFileAttachmentCount: 10,
  maxFileAttachmentSizeBytes: limits.uploadBytes,
  maxTotalFileAttachmentSizeBytes: 10 * limits.uploadBytes,
}

const describe = (webhookUrl: string) => ({
  name: 'Botpress',
  channelDescription: 'Conversations that a Botpress bot hands over to human agents',
  webhookUrl,
  capabilities: CAPABILITIES,
})

/**
 * The channel of this bot: the one that calls its webhook address, found again or made once. Called by one at a time.
 * A new channel takes a while to appear in the list, which is no reason to make another.
 */
export async function ensureChannel(tools: SetUpTools, portalId: string): Promise<string> {
  const before = await current(tools)
  const noted = { ...before, portalId, accounts: before.portalId === portalId ? before.accounts : {} }
  const found = await findChannel(tools)
  if (found) {
    if (!isAsDescribed(found)) await update(tools, found)
    const isSame = found.id === noted.channelId
    await write(tools, { ...noted, channelId: found.id, accounts: isSame ? noted.accounts : {} })
    return found.id
  }
  if (isYoung(before)) {
    if (before.channelId) {
      await write(tools, noted)
      return before.channelId
    }
    throw new ProviderHttpError(
      'HubSpot may still be making the channel. Save the settings again in a quarter of an hour.',
      { status: 0 },
      { provider: 'HubSpot' }
    )
  }
  // Noted before it is asked for: an answer that gets lost must not lead to a second channel.
  await write(tools, { ...noted, channelId: undefined, accounts: {}, madeAt: Date.now() })
  const id = await create(tools).catch(async (error: unknown) => {
    if (!isDoubtful(error)) await write(tools, { ...noted, channelId: undefined, accounts: {} })
    throw error
  })
  await write(tools, { ...noted, channelId: id, accounts: {}, madeAt: Date.now() })
  return id
}

export async function findChannel({ client, webhookUrl }: LookTools): Promise<Channel | undefined> {
  const listed = await client.list({ path: CHANNELS, asApp: true }, channel)
  return listed.filter((one) => one.webhookUrl === webhookUrl && one.archived !== true).toSorted(byId)[0]
}

const byId = (a: Channel, b: Channel) => Number(a.id) - Number(b.id)

async function create({ client, webhookUrl }: SetUpTools): Promise<string> {
  const json = describe(webhookUrl)
  const call = { method: 'POST' as const, path: CHANNELS, asApp: true, json, repeatable: false }
  return (await client.ask(call, channel)).id
}

function isAsDescribed({ capabilities }: Channel): boolean {
  const given =
    capabilities && typeof capabilities === 'object'
      ? new Map<string, unknown>(Object.entries(capabilities))
      : new Map()
  return Object.entries(CAPABILITIES).every(([key, value]) => sorted(given.get(key)) === sorted(value))
}

const sorted = (value: unknown) => JSON.stringify(Array.isArray(value) ? value.map(String).toSorted() : value)

/** Whatever an admin chose as its name and picture stays; HubSpot wants all fields, also those we do not need. */
async function update({ client, webhookUrl, log }: SetUpTools, found: Channel): Promise<void> {
  const json = {
    ...describe(webhookUrl),
    ...(asText(found.name) ? { name: found.name } : {}),
    channelLogoUrl: asText(found.channelLogoUrl) ?? '',
    channelAccountConnectionRedirectUrl: asText(found.channelAccountConnectionRedirectUrl) ?? '',
  }
  const call = { method: 'PATCH' as const, path: `${CHANNELS}/${found.id}`, asApp: true, json, repeatable: true }
  await client.tell(call).catch((error: unknown) => {
    if (!(error instanceof HitlError)) throw error
    log.warn(`What the HubSpot channel can do was not brought up to date: ${error.message}`)
  })
}
