import type { HttpCredential } from '../http/request'
import type { Token, TokenSource } from './token-source'

type Headers = Readonly<Record<string, string>>

/** A credential that carries the source's token, and renews exactly the token that was refused. */
export function tokenCredential(source: TokenSource, header: (accessToken: string) => Headers): HttpCredential {
  const carried = new WeakMap<Headers, Token>()
  return {
    async headers() {
      const token = await source.get()
      const headers = { ...header(token.accessToken) }
      carried.set(headers, token)
      return headers
    },
    async renew(refused) {
      const token = carried.get(refused)
      if (token) await source.renew(token)
    },
  }
}
