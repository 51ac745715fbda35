import type { Context } from 'hono'
import { isRecord } from '../../json'
import type { DataCenter } from './data-centers'
import type { AccessToken, NewFile } from './entities'
import { invalid, refuse } from './errors'
import { Fields } from './fields'
import { findLiveToken } from './tokens'
import type { World } from './world'

export type Call = { world: World; token: AccessToken; c: Context }

/** `nothing` is an empty body: sending a message answers so. */
export type Answer = { object: string; data: unknown } | 'nothing'

const maxFileBytes = 50 * 1024 * 1024

/** Both schemes work; a token of another data centre is an unknown one. */
const tokenOf = (world: World, dataCenter: DataCenter, c: Context): AccessToken => {
  const value = /^(?:Zoho-oauthtoken|Bearer) (\S+)$/.exec(c.req.header('authorization') ?? '')?.[1]
  if (value === undefined) {
    throw refuse('MISSING_AUTHORIZATION', 'Authorization header is missing or malformed', { header: 'Authorization' })
  }
  const token = world.state.account.dataCenter === dataCenter ? findLiveToken(world, value) : undefined
  if (!token) throw refuse('INVALID_TOKEN', 'Invalid OAuth token')
  return token
}

export const openCall = (world: World, dataCenter: DataCenter, c: Context): Call => {
  const token = tokenOf(world, dataCenter, c)
  if (c.req.param('screen') !== world.state.account.screenName) {
    throw refuse('WRONG_SCREEN_NAME', 'Invalid portal or screen name')
  }
  return { world, token, c }
}

/** A part of the path. */
export const pathId = ({ c }: Call, name = 'id'): string => c.req.param(name) ?? ''

export const query = ({ c }: Call): Fields => new Fields(c.req.query(), '', 'param')

const mediaType = (c: Context): string =>
  (c.req.header('content-type') ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? ''

const parse = (body: string): unknown => {
  try {
    return JSON.parse(body)
  } catch {
    throw invalid('Body is not valid JSON')
  }
}

export const readJson = async ({ c }: Call): Promise<Fields> => {
  if (mediaType(c) !== 'application/json') throw invalid('Content-Type must be application/json')
  return new Fields(parse(await c.req.text()), '')
}

/** For calls that need no body; `{}` passes as well. */
export const readNothing = async ({ c }: Call): Promise<void> => {
  const body = await c.req.text()
  if (body === '') return
  const value = parse(body)
  if (!isRecord(value) || Object.keys(value).length > 0) throw invalid('No body is expected here')
}

export const isMultipart = ({ c }: Call): boolean => mediaType(c) === 'multipart/form-data'

export type FileMessage = { file: NewFile; comment?: string }

/** One part `file`, at most one text part `comment`, nothing else. */
export const readFileMessage = async ({ c }: Call): Promise<FileMessage> => {
  const form = await c.req.formData().catch(() => undefined)
  if (!form) throw invalid('Body is not valid multipart/form-data')
  const names = [...form.keys()]
  const odd = names.find((name, index) => !['file', 'comment'].includes(name) || names.indexOf(name) !== index)
  if (odd !== undefined) throw invalid(`Part '${odd}' is not expected`, { param: odd })
  const file = form.get('file')
  if (file === null || typeof file === 'string') throw invalid("Part 'file' must be a file", { param: 'file' })
  const comment = form.get('comment')
  if (comment !== null && typeof comment !== 'string') {
    throw invalid("Part 'comment' must be a text", { param: 'comment' })
  }
  if (file.size > maxFileBytes) throw refuse('FILE_TOO_LARGE', 'File is larger than 50 MB', { param: 'file' })
  const bytes = new Uint8Array(await file.arrayBuffer())
  const contentType = file.type || 'application/octet-stream'
  return { file: { name: file.name, contentType, bytes }, ...(comment === null ? {} : { comment }) }
}
