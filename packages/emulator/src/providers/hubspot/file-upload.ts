import { isRecord, parseJson } from '../../json'
import type { Call } from './call'
import type { NewFile } from './entities'
import { HubSpotError, invalid } from './errors'
import { Fields, oneOf, text, flag } from './fields'
import { mediaType } from './oauth-form'

export const accessValues = [
  'PUBLIC_INDEXABLE',
  'PUBLIC_NOT_INDEXABLE',
  'PRIVATE',
  'SENSITIVE',
  'HIDDEN_INDEXABLE',
  'HIDDEN_NOT_INDEXABLE',
  'HIDDEN_PRIVATE',
  'HIDDEN_SENSITIVE',
] as const

const parts = new Set(['file', 'fileName', 'folderPath', 'folderId', 'options', 'charsetHunch'])

const readForm = async ({ c }: Call): Promise<FormData> => {
  if (mediaType(c) !== 'multipart/form-data') {
    throw new HubSpotError(415, 'UNSUPPORTED_MEDIA_TYPE', 'Content-Type must be multipart/form-data')
  }
  const form = await c.req.formData().catch(() => undefined)
  if (!form) throw invalid('The body is not valid multipart/form-data')
  const names = [...form.keys()]
  const odd = names.find((name, index) => !parts.has(name) || names.indexOf(name) !== index)
  if (odd !== undefined) throw invalid(`The part '${odd}' is not expected`)
  return form
}

const textPart = (form: FormData, name: string): string | undefined => {
  const value = form.get(name)
  if (value === null) return undefined
  if (typeof value !== 'string' || value === '') throw invalid(`The part '${name}' must be a text`)
  return value
}

const readAccess = (form: FormData): (typeof accessValues)[number] => {
  const options = parseJson(textPart(form, 'options') ?? '')
  if (!isRecord(options)) throw invalid("The part 'options' must be a JSON object")
  const fields = new Fields(options)
  const access = fields.required('access', oneOf(...accessValues))
  fields.optional('ttl', text)
  fields.optional('overwrite', flag)
  fields.optional('duplicateValidationStrategy', oneOf('NONE', 'REJECT', 'RETURN_EXISTING'))
  fields.optional('duplicateValidationScope', oneOf('ENTIRE_PORTAL', 'EXACT_FOLDER'))
  fields.end()
  return access
}

/** A folder is named by path or by id, not by both. */
const readFolder = (form: FormData): string => {
  const path = textPart(form, 'folderPath')
  const id = textPart(form, 'folderId')
  if (path !== undefined && id !== undefined) throw invalid("Only one of 'folderPath' and 'folderId' is allowed")
  if (path === undefined && id === undefined) throw invalid("One of 'folderPath' and 'folderId' is required")
  return path === undefined ? `/folder-${id}` : `/${path.replace(/^\//, '')}`
}

export type Upload = { file: NewFile; access: string; folder: string }

export const readUpload = async (call: Call): Promise<Upload> => {
  const form = await readForm(call)
  const part = form.get('file')
  if (part === null || typeof part === 'string') throw invalid("The part 'file' must be a file")
  const access = readAccess(form)
  const folder = readFolder(form)
  const name = textPart(form, 'fileName') ?? part.name
  const contentType = part.type || 'application/octet-stream'
  return { file: { name, contentType, bytes: new Uint8Array(await part.arrayBuffer()) }, access, folder }
}
