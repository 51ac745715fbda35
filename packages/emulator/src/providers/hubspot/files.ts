import { createHmac } from 'node:crypto'
import type { NewFile, StoredFile } from './entities'
import type { World } from './world'

export const apiHost = 'api.hubapi.com'

/** The fact sheet names no host for downloads; host and path are ours [?]. */
export const downloadPath = '/filemanager/emulated/:portalId/:fileId/:name'

export const storeFile = (world: World, file: NewFile, access = 'PRIVATE', folder = '/emulated'): StoredFile => {
  const { state, services } = world
  const id = String(state.nextFileId())
  const path = `${folder.replace(/\/$/, '')}/${file.name}`
  const stored = { ...file, id, access, path, createdAt: services.clock.now() }
  state.files.set(id, stored)
  return stored
}

export const fileUrl = ({ state }: World, { id, name }: StoredFile): string =>
  `https://${apiHost}/filemanager/emulated/${state.portalId}/${id}/${encodeURIComponent(name)}`

const signatureOf = ({ state }: World, id: string, expiresAt: number): string =>
  createHmac('sha256', state.fileSecret).update(`${id}.${expiresAt}`).digest('hex')

/** Readable by anybody until `expiresAt`. */
export const signedFileUrl = (world: World, file: StoredFile, expiresAt: number): string =>
  `${fileUrl(world, file)}?Expires=${expiresAt}&Signature=${signatureOf(world, file.id, expiresAt)}`

const isPublic = ({ access }: StoredFile): boolean => access.endsWith('INDEXABLE')

/** Undefined when the address is not signed, or was. */
export const readableFile = (world: World, id: string, query: Record<string, string>): StoredFile | undefined => {
  const file = world.state.files.get(id)
  if (!file || isPublic(file)) return file
  const expiresAt = Number(query['Expires'])
  const isSigned = query['Signature'] === signatureOf(world, id, expiresAt)
  return isSigned && expiresAt > world.services.clock.now() ? file : undefined
}

export const nameParts = (name: string): { base: string; extension: string } => {
  const dot = name.lastIndexOf('.')
  return dot > 0 ? { base: name.slice(0, dot), extension: name.slice(dot + 1) } : { base: name, extension: '' }
}

const kinds = { image: 'IMG', audio: 'AUDIO', video: 'MOVIE', text: 'DOCUMENT', application: 'DOCUMENT' }

/** `IMG`, `DOCUMENT`, …: the values are inferred. */
export const fileKind = ({ contentType }: NewFile): string => {
  const major = contentType.split('/', 1)[0]
  return Object.entries(kinds).find(([name]) => name === major)?.[1] ?? 'OTHER'
}
