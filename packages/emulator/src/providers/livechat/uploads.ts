import type { UploadedFile } from './entities'
import { invalid, refuse } from './errors'
import { hex32 } from './ids'
import type { World } from './world'

export const cdnHost = 'cdn.livechat-files.com'
export const maxUploadBytes = 10 * 1024 * 1024
const temporaryMs = 24 * 60 * 60 * 1000

/** "No executables" is all the documentation says; this list is ours [?]. */
const executableName = /\.(exe|msi|bat|cmd|com|scr|dll|jar|apk|app|sh|ps1|vbs)$/i
const executableType =
  /^application\/(x-msdownload|x-msdos-program|x-executable|x-sh|vnd\.microsoft\.portable-executable)/

export type NewFile = { name: string; contentType: string; bytes: Uint8Array<ArrayBuffer> }

/** Keeps a file under a URL that lives 24 hours unless an event uses it. */
export const storeUpload = (world: World, file: NewFile): UploadedFile => {
  if (file.bytes.byteLength > maxUploadBytes) throw refuse('entity_too_large', 'File is larger than 10 MB')
  if (executableName.test(file.name) || executableType.test(file.contentType)) {
    throw invalid('Executable files are not allowed')
  }
  // Only the host is documented; the path is ours.
  const url = `https://${cdnHost}/api/file/lc/att/${hex32()}/${encodeURIComponent(file.name)}`
  const stored: UploadedFile = { ...file, url, expiresAt: world.services.clock.now() + temporaryMs }
  world.state.files.set(new URL(url).pathname, stored)
  return stored
}

const findFile = (world: World, url: string): UploadedFile => {
  const parsed = URL.canParse(url) ? new URL(url) : undefined
  if (!parsed || parsed.protocol !== 'https:' || parsed.host !== cdnHost) {
    throw invalid(`'event.url' must be on ${cdnHost}; use upload_file first`)
  }
  const file = readUpload(world, parsed.pathname)
  if (!file) throw invalid("'event.url' does not exist or has expired")
  return file
}

export const readUpload = (world: World, pathname: string): UploadedFile | undefined => {
  const file = world.state.files.get(pathname)
  const expired = file?.expiresAt !== undefined && file.expiresAt <= world.services.clock.now()
  return expired ? undefined : file
}

/** The fields of a file event. `size` is documented for images only; width, height and thumbnails are left out. */
export const fileContent = (world: World, url: string): Record<string, unknown> => {
  const file = findFile(world, url)
  const size = file.contentType.startsWith('image/') ? { size: file.bytes.byteLength } : {}
  return { name: file.name, url: file.url, content_type: file.contentType, ...size }
}

/** From now on the URL does not expire. */
export const keepFile = (world: World, url: unknown): void => {
  if (typeof url !== 'string') return
  delete findFile(world, url).expiresAt
}
