import { created, ok, pathPart, query, type Answer, type Call } from './call'
import type { StoredFile } from './entities'
import { notFound } from './errors'
import { digitsBetween, oneOf } from './fields'
import { fileKind, fileUrl, nameParts, signedFileUrl, storeFile } from './files'
import { readUpload } from './file-upload'
import { iso, type View } from './view'
import type { World } from './world'

/** That `name` comes without its extension is inferred. */
const fileView = (world: World, file: StoredFile): View => {
  const { base, extension } = nameParts(file.name)
  return {
    id: file.id,
    name: base,
    extension,
    type: fileKind(file),
    size: file.bytes.byteLength,
    url: fileUrl(world, file),
    access: file.access,
    path: file.path,
    createdAt: iso(file.createdAt),
    updatedAt: iso(file.createdAt),
    archived: false,
  }
}

export const postFile = async (call: Call): Promise<Answer> => {
  query(call).end()
  const { file, access, folder } = await readUpload(call)
  return created(fileView(call.world, storeFile(call.world, file, access, folder)))
}

const fileIn = (call: Call): StoredFile => {
  const id = pathPart(call, 'fileId')
  const file = call.world.state.files.get(id)
  if (!file) throw notFound(`No file with id ${id} exists`)
  return file
}

export const getFile = async (call: Call): Promise<Answer> => {
  query(call).end()
  return ok(fileView(call.world, fileIn(call)))
}

const defaultSeconds = 3600
const mostSeconds = 30 * 24 * 3600

/** How long the address works when nobody says is not known [?]. */
export const getSignedUrl = async (call: Call): Promise<Answer> => {
  const { world } = call
  const fields = query(call)
  const seconds = fields.optional('expirationSeconds', digitsBetween(1, mostSeconds)) ?? defaultSeconds
  fields.optional('size', oneOf('thumb', 'icon', 'medium', 'preview'))
  fields.optional('upscale', oneOf('true', 'false'))
  fields.end()
  const file = fileIn(call)
  const { base, extension } = nameParts(file.name)
  const expiresAt = world.services.clock.now() + seconds * 1000
  return ok({
    url: signedFileUrl(world, file, expiresAt),
    expiresAt: iso(expiresAt),
    name: base,
    extension,
    size: file.bytes.byteLength,
    type: fileKind(file),
  })
}
