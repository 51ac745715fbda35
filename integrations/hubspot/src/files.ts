import { fileName, type HttpClient, MediaError, type MediaKind, type MediaPart } from '@hitl/core'
import { type HubSpotClient, isAboutAccess, isRefusal } from './client'
import { limits } from './limits'
import type { FileAttachment } from './publish'
import { signedUrl, uploaded } from './schemas'

const FILES = '/files/v3/files'
const DOWNLOAD_MS = 15_000
const UPLOAD_MS = 30_000
/** Agents reach it through the thread; nobody finds it by its address. */
const OPTIONS = { access: 'PRIVATE', overwrite: false }

const USAGES: Readonly<Record<MediaKind, FileAttachment['fileUsageType']>> = {
  image: 'IMAGE',
  audio: 'AUDIO',
  video: 'OTHER',
  file: 'OTHER',
}

/**
 * Puts a file of the end user into HubSpot. Undefined when it cannot be fetched or HubSpot does not take it: then its link
 * has to do. Source: developers.hubspot.com/docs/api-reference/files-files-v3/guide.
 */
export async function upload(
  client: HubSpotClient,
  http: HttpClient,
  part: MediaPart
): Promise<{ name: string; attachment: FileAttachment } | undefined> {
  try {
    const { bytes, contentType } = await http.download(part.url, {
      maxBytes: limits.uploadBytes,
      timeoutMs: DOWNLOAD_MS,
    })
    const name = fileName(part, contentType)
    const { id } = await client.ask(
      {
        method: 'POST',
        path: FILES,
        file: { field: 'file', name, contentType, bytes },
        form: { fileName: name, folderPath: '/botpress', options: JSON.stringify(OPTIONS) },
        // A second copy that nobody sees does no harm.
        repeatable: true,
        timeoutMs: UPLOAD_MS,
      },
      uploaded
    )
    return { name, attachment: { type: 'FILE', fileId: id, fileUsageType: USAGES[part.kind] } }
  } catch (error) {
    if (error instanceof MediaError || (isRefusal(error) && (error.status === 403 || !isAboutAccess(error))))
      return undefined
    throw error
  }
}

/** How long the address of an agent's file works for the end user, in seconds. */
const WEEK_S = 604_800

/** An address under which anybody can fetch a file of HubSpot for some time. */
export async function signedAddress(client: HubSpotClient, fileId: string): Promise<string | undefined> {
  const path = `${FILES}/${encodeURIComponent(fileId)}/signed-url`
  const call = { method: 'GET' as const, path, repeatable: true }
  try {
    return addressIn(await client.ask({ ...call, query: { expirationSeconds: String(WEEK_S) } }, signedUrl))
  } catch (error) {
    // How long is allowed is not documented.
    if (!isRefusal(error) || isAboutAccess(error) || error.status === 404) throw error
    return addressIn(await client.ask(call, signedUrl))
  }
}

/** What an end user may be shown as the address of a file. */
export const isPublic = (address: string) => address.startsWith('https://') && URL.canParse(address)

const addressIn = ({ url }: { url: string }) => (isPublic(url) ? url : undefined)
