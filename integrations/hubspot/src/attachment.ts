import {
  type AgentMessage,
  HitlError,
  type Log,
  type MediaKind,
  type MediaPart,
  type Part,
  ProviderHttpError,
} from '@hitl/core'
import { type HubSpotClient, isMoving } from './client'
import { pathOf } from './close-thread'
import { isPublic, signedAddress } from './files'
import { readText } from './rich-text'
import { type Attachment, asId, asText, originalContent } from './schemas'
import type { HubSpotThread } from './thread'

/** Stands for the address of a file that has to be asked for. */
const FILE = 'hubspot-file:'

/** Stands for the rest of a message of which the webhook holds only the beginning. */
export const REST_IS_MISSING: MediaPart = { kind: 'file', url: 'hubspot-rest:' }

export const isUnfinished = (part: Part) =>
  part.kind !== 'text' && (part.url.startsWith(FILE) || part.url === REST_IS_MISSING.url)

const USAGES: ReadonlyMap<unknown, MediaKind> = new Map([
  ['IMAGE', 'image'],
  ['STICKER', 'image'],
  ['AUDIO', 'audio'],
  ['VOICE_RECORDING', 'audio'],
])
const ENDINGS: readonly (readonly [MediaKind, RegExp])[] = [
  ['image', /\.(png|jpe?g|gif|webp|bmp|svg)$/i],
  ['audio', /\.(mp3|m4a|ogg|oga|wav|aac)$/i],
  ['video', /\.(mp4|mov|webm|mkv|avi)$/i],
]

export function toPart({
  type: givenType,
  fileId: givenId,
  name: givenName,
  url: givenUrl,
  fileUsageType,
}: Attachment): Part {
  const type = asText(givenType) ?? 'FILE'
  const fileId = asId(givenId)
  const name = asText(givenName)
  const address = asText(givenUrl)
  const url = address && isPublic(address) ? address : fileId && `${FILE}${fileId}`
  if (type !== 'FILE' || !url) return notShown(name ?? type.toLowerCase())
  const ending = ENDINGS.find(([, pattern]) => pattern.test(name ?? ''))
  const kind = USAGES.get(fileUsageType) ?? ending?.[0] ?? 'file'
  return { kind, url, ...(name ? { name } : {}) }
}

const notShown = (what: string): Part => ({
  kind: 'text',
  text: `[The agent sent "${what}", which cannot be shown here. Ask the agent for a link.]`,
})

/** Asks for what the webhook left out. A refusal costs only the part it is about. */
export async function completeMessage(
  client: HubSpotClient,
  log: Log,
  thread: HubSpotThread,
  { messageId, parts }: AgentMessage
): Promise<readonly Part[]> {
  const cutAt = parts.indexOf(REST_IS_MISSING)
  const isCut = cutAt >= 0
  const whole = isCut ? await unlessRefused(log, () => readWhole(client, thread, messageId)) : undefined
  const known = parts.filter((part, index) => part !== REST_IS_MISSING && !(whole && index < cutAt))
  const files = await Promise.all(
    known.map(async (part): Promise<Part> => {
      if (!isUnfinished(part) || part.kind === 'text') return part
      const fileId = part.url.slice(FILE.length)
      const url = await unlessRefused(log, () => signedAddress(client, fileId))
      return url ? { ...part, url } : notShown(part.name ?? 'a file')
    })
  )
  const cut: Part[] =
    isCut && !whole ? [{ kind: 'text', text: '[The rest of this message cannot be shown here.]' }] : []
  return [...(whole ?? []), ...files, ...cut]
}

/** Source: the guide of the Conversations API, `original-content`. */
async function readWhole(client: HubSpotClient, { id }: HubSpotThread, messageId: string): Promise<Part[] | undefined> {
  const path = `${pathOf(id)}/messages/${encodeURIComponent(messageId)}/original-content`
  const { text, richText } = await client.ask({ method: 'GET', path, repeatable: true }, originalContent)
  const parts = readText(asText(text), asText(richText))
  return parts.length > 0 ? parts : undefined
}

/** What is known already must not get lost: only what another delivery may mend goes on. */
async function unlessRefused<T>(log: Log, asking: () => Promise<T>): Promise<T | undefined> {
  try {
    return await asking()
  } catch (error) {
    if (!(error instanceof HitlError) || error.retryable) throw error
    if (isMoving(error)) throw new ProviderHttpError(error.message, error, { provider: 'HubSpot', retryable: true })
    log.warn('HubSpot did not give all of an agent’s message.')
    return undefined
  }
}
