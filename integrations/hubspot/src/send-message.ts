import { type HttpClient, mediaAsText, type MediaPart, type OutgoingMessage } from '@hitl/core'
import { type HubSpotClient, isAboutAccess, isRefusal } from './client'
import { upload } from './files'
import { publishTo } from './publish'
import type { HubSpotThread } from './thread'

type Tools = { client: HubSpotClient; http: HttpClient }

/** Parts go out one after the other: HubSpot shows them in the order of arrival. */
export async function sendMessage(tools: Tools, thread: HubSpotThread, { id, parts }: OutgoingMessage): Promise<void> {
  for (const [index, part] of parts.entries()) {
    const key = index === 0 ? id : `${id}-${index}`
    if (part.kind === 'text') await publishTo(tools.client, thread, { key, text: part.text })
    else await sendMedia(tools, thread, key, part)
  }
}

/** A file that cannot be fetched, or that HubSpot does not take, goes out as its link. */
async function sendMedia({ client, http }: Tools, thread: HubSpotThread, key: string, part: MediaPart): Promise<void> {
  const file = await upload(client, http, part)
  if (file) {
    try {
      return await publishTo(client, thread, { key, text: file.name, attachments: [file.attachment] })
    } catch (error) {
      if (!isRefusal(error) || isAboutAccess(error)) throw error
    }
  }
  await publishTo(client, thread, { key: `${key}-link`, text: mediaAsText(part).text })
}
