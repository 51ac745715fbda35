import { isApiError } from '@botpress/sdk'
import * as z from 'zod/mini'
import type { BotpressPort, StateAddress } from '../botpress/port'
import { readState } from '../botpress/state'
import type { Token } from './token-source'

/** A token, and until when no new one is asked for. The access token is empty when none was obtained yet. */
export type StoredToken = Token & {
  /** Epoch ms. */
  pausedUntil?: number | undefined
  pausedBecause?: string | undefined
  /** Set when the provider refused for good: its code, or an empty text. */
  refusal?: string | undefined
  /** When the latest tokens were asked for, in epoch ms, oldest first. */
  grants?: number[] | undefined
  /** Hash of the code it was obtained with, when somebody has connected the account in a browser. */
  connectedWith?: string | undefined
}

/** Where a token lives between invocations. */
export type TokenStore = {
  read(): Promise<StoredToken | undefined>
  write(token: StoredToken): Promise<void>
}

const text = z.optional(z.string())
const time = z.optional(z.number())

const tokenSchema = z.object({
  accessToken: z.string(),
  expiresAt: time,
  refresh: text,
  identity: text,
  settings: text,
  pausedUntil: time,
  pausedBecause: text,
  refusal: text,
  grants: z.optional(z.array(z.number())),
  connectedWith: text,
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
