import { isApiError } from '@botpress/sdk'
import * as z from 'zod/mini'
import type { BotpressPort, StateAddress } from '../botpress/port'
import { readState } from '../botpress/state'
import type { Token } from './token-source'

/** Where a token lives between invocations. */
export type TokenStore = {
  read(): Promise<Token | undefined>
  write(token: Token): Promise<void>
}

const tokenSchema = z.object({
  accessToken: z.string(),
  expiresAt: z.optional(z.number()),
  refresh: z.optional(z.string()),
  identity: z.optional(z.string()),
  settings: z.optional(z.string()),
})

const WRITES = 3

/** Keeps the token in a Botpress state. */
export function createStateTokenStore(client: BotpressPort, address: StateAddress): TokenStore {
  return {
    read: () => readState(client, address, tokenSchema),
    /** A rotated token that is not stored is lost, hence more than one try. */
    async write(token) {
      for (let left = WRITES - 1; ; left -= 1) {
        try {
          await client.setState({ ...address, payload: { ...token } })
          return
        } catch (error) {
          if (left === 0 || !isApiError(error) || error.code < 500) throw error
        }
      }
    },
  }
}
