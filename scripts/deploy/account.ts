import { UsageError } from '../../packages/sandbox/src/command-line'
import type { Environment } from './environment'

export type Account = { apiUrl: string; token: string; workspaceId: string }

const DEFAULT_API_URL = 'https://api.botpress.cloud'

/** @returns undefined when the environment names none @throws UsageError when it names half of one */
export function readAccount(env: Environment): Account | undefined {
  const { BP_TOKEN: token = '', BP_WORKSPACE_ID: workspaceId = '', BP_API_URL: apiUrl } = env
  if (token === '' && workspaceId === '') return undefined
  if (token === '') throw new UsageError('BP_WORKSPACE_ID is set, but BP_TOKEN is not.')
  if (workspaceId === '') throw new UsageError('BP_TOKEN is set, but BP_WORKSPACE_ID is not.')
  // What a header cannot carry would end up in an error message.
  if (!/^[\x21-\x7e]+$/.test(token)) throw new UsageError('BP_TOKEN contains a space or a line break.')
  return { token, workspaceId, apiUrl: readApiUrl(apiUrl || DEFAULT_API_URL) }
}

function readApiUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const isLocal = url?.hostname === 'localhost' || url?.hostname === '127.0.0.1'
  if (url?.protocol === 'https:' || (url?.protocol === 'http:' && isLocal)) return text.replace(/\/+$/, '')
  throw new UsageError('BP_API_URL has to be an https address.')
}
