import type { HttpClient } from '../http/request'
import type { Token, TokenSourceOptions } from '../oauth/token-source'
import type { PlatformRequest, PlatformResponse } from '../webhook'
import { answerRedirect } from './answer-redirect'
import { makeState, type StateScope } from './connect-state'
import { type Connecting, receiveRedirect } from './receive-redirect'

export type Redirect = { code: string; redirectUri: string }

/** What a provider adds so that somebody can connect an account in a browser. */
export type ConnectionParts<Config> = {
  /** The provider's page that asks for access, with all of its query but the client, the redirect address and the state. */
  authorization(config: Config): { url: string; query: Readonly<Record<string, string>> }
  clientId(config: Config): string
  /** Signs the state. */
  clientSecret(config: Config): string
  /** What the connection depends on; as for its tokens while no refresh token is entered. */
  boundTo(config: Config): readonly unknown[]
  /** Whether the settings name a connection already. */
  isPasted(config: Config): boolean
  /**
   * The settings that the code counts for, by what the provider says along with it, and what to tell if these are not
   * the ones that were entered. @throws HitlError when the code must not be used
   */
  settingsFor?(config: Config, query: URLSearchParams): { config: Config; remark?: string }
  tokens(config: Config, http: HttpClient): TokenSourceOptions
  exchange(config: Config, http: HttpClient, redirect: Redirect): Promise<Token>
}

/** Connects an account by the OAuth authorization code grant (RFC 6749 section 4.1). */
export type BrowserConnection<Config> = {
  /** Where to ask for access. It can be used for an hour. `now` is epoch ms. */
  address(config: Config, webhookUrl: string, now: number): string
  isRedirect(request: PlatformRequest): boolean
  /** Answers somebody's browser that comes back from the provider. @param clean removes what no page may show */
  receive(
    open: () => Connecting<Config>,
    request: PlatformRequest,
    clean: (text: string) => string
  ): Promise<PlatformResponse>
}

const PATHS: ReadonlySet<string> = new Set(['', '/', '/oauth', '/oauth/'])
const WORDS = ['code', 'state', 'error']

export function browserConnection<Config>(parts: ConnectionParts<Config>): BrowserConnection<Config> {
  const scopeOf = (config: Config, webhookUrl: string): StateScope => ({
    secret: parts.clientSecret(config),
    webhookUrl,
    boundTo: parts.boundTo(config),
  })
  return {
    address(config, webhookUrl, now) {
      const { url, query } = parts.authorization(config)
      const address = new URL(url)
      const own = {
        client_id: parts.clientId(config),
        redirect_uri: `${webhookUrl}/oauth`,
        state: makeState(scopeOf(config, webhookUrl), now),
      }
      for (const [name, value] of Object.entries({ ...query, ...own })) address.searchParams.set(name, value)
      return address.href
    },
    isRedirect({ method, path, query }) {
      if (method.toUpperCase() !== 'GET' || !PATHS.has(path)) return false
      const given = new URLSearchParams(query)
      return WORDS.some((word) => given.has(word))
    },
    receive: (open, { path, query }, clean) =>
      answerRedirect(clean, () => {
        const connecting = open()
        const scope = scopeOf(connecting.config, connecting.webhookUrl)
        return receiveRedirect(parts, connecting, { path, query: new URLSearchParams(query) }, scope)
      }),
  }
}
