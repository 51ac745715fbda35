import type {
  Action,
  ActionAnswer,
  CallDetail,
  LogLine,
  ProviderSummary,
  Refusal,
  SettingsForm,
  Upload,
} from './protocol'
import { sentence } from './shared/format'

const UNREACHABLE = 'The sandbox does not answer. Check that `npm start` is still running.'

/** The server said no; the message is its sentence. */
export class RefusedError extends Error {}

export const getProviders = (): Promise<readonly ProviderSummary[]> => ask('/api/providers')

export const getSettings = (provider: string): Promise<SettingsForm> => ask(`${baseOf(provider)}/settings`)

export const getCall = (provider: string, seq: number): Promise<CallDetail> => ask(`${baseOf(provider)}/calls/${seq}`)

export const getLog = (provider: string): Promise<readonly LogLine[]> => ask(`${baseOf(provider)}/log`)

export const streamAddress = (provider: string): string => `${baseOf(provider)}/stream`

/** Where the page reads media that the emulators serve. */
export const mediaAddress = (provider: string, url: string): string =>
  `${baseOf(provider)}/media?url=${encodeURIComponent(url)}`

export const postAction = (provider: string, action: Action): Promise<ActionAnswer> =>
  ask(`${baseOf(provider)}/actions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(action),
  })

export const postUpload = (provider: string, file: File): Promise<Upload> =>
  ask(`${baseOf(provider)}/uploads?name=${encodeURIComponent(file.name)}`, {
    method: 'POST',
    headers: { 'content-type': file.type || 'application/octet-stream' },
    body: file,
  })

/** As a sentence. */
export const reasonOf = (error: unknown): string => sentence(error instanceof Error ? error.message : String(error))

const baseOf = (provider: string): string => `/api/providers/${encodeURIComponent(provider)}`

async function ask<T>(path: string, init?: RequestInit): Promise<T> {
  const response = await fetch(path, init).catch(() => undefined)
  if (!response) throw new RefusedError(UNREACHABLE)
  if (!response.ok) throw new RefusedError(await refusalOf(response))
  return response.json()
}

async function refusalOf(response: Response): Promise<string> {
  const fallback = `The sandbox refused this with status ${response.status}.`
  const body: Partial<Refusal> = await response.json().catch(() => ({}))
  return body.error || fallback
}
