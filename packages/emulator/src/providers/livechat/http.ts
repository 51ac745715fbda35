import type { Context } from 'hono'
import type { Organization } from './entities'
import { invalid, refuse } from './errors'
import { Fields } from './fields'
import type { NewFile } from './uploads'
import type { World } from './world'

export const bearerOf = (c: Context): string => {
  const header = c.req.header('authorization')
  if (header === undefined) throw refuse('authentication', 'Authorization header is missing')
  const token = /^Bearer (\S+)$/.exec(header)?.[1]
  if (token === undefined) throw refuse('authentication', 'Authorization header must be: Bearer <token>')
  return token
}

/** Off by default: the documentation dropped `X-Region` in 2025 but still lists the error, with the region to use. */
export const checkRegion = (world: World, organization: Organization, c: Context): void => {
  const asked = c.req.header('x-region') ?? 'dal'
  if (!world.settings.requireRegion || asked === organization.region) return
  throw refuse('misdirected_request', 'Wrong region', { region: organization.region })
}

const mediaType = (c: Context): string =>
  (c.req.header('content-type') ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? ''

/** Even calls without fields must send `{}`; that an empty body is refused is our strictness [I]. */
export const readPayload = async (c: Context): Promise<Fields> => {
  if (mediaType(c) !== 'application/json') throw invalid('Content-Type must be application/json')
  return new Fields(parseJson(await c.req.text()), '')
}

const parseJson = (body: string): unknown => {
  try {
    return JSON.parse(body)
  } catch {
    throw invalid('Body is not valid JSON')
  }
}

export const readUploadedFile = async (c: Context): Promise<NewFile> => {
  if (mediaType(c) !== 'multipart/form-data') throw invalid('Content-Type must be multipart/form-data')
  const file = await readFilePart(c)
  return { name: file.name, contentType: file.type || 'application/octet-stream', bytes: await bytesOf(file) }
}

const readFilePart = async (c: Context): Promise<File> => {
  const form = await c.req.formData().catch(() => undefined)
  if (!form) throw invalid('Body is not valid multipart/form-data')
  const part = form.get('file')
  if (part === null || typeof part === 'string') throw invalid("Part 'file' is required")
  return part
}

const bytesOf = async (file: File): Promise<Uint8Array<ArrayBuffer>> => new Uint8Array(await file.arrayBuffer())
