import type { ProviderServices } from '../../provider'
import type { Chat, ChatUser, Organization } from './entities'
import type { LiveChatSettings } from './settings'
import type { State } from './state'
import type { Webhooks } from './webhooks'

/** What every part of this emulator works on. `state` is replaced on reset, so read it through the world. */
export type World = {
  readonly services: ProviderServices
  readonly webhooks: Webhooks
  settings: LiveChatSettings
  state: State
  /** RFC 3339 with microseconds, always later than the one before. */
  timestamp: MicrosecondClock
}

/** `last` is the latest time it gave, in microseconds since the epoch. */
export type MicrosecondClock = { (): string; readonly last: number }

/** Who caused something; the filter `source_type` of webhooks asks for it. */
export type Source = { clientId?: string } | 'system'

/** A chat together with where it lives and what acts on it. */
export type Scene = { world: World; organization: Organization; chat: Chat }

/** Every time it gives is later than `last`. */
export const microsecondClock = (nowMs: () => number, last = 0): MicrosecondClock => {
  const timestamp = (): string => {
    timestamp.last = Math.max(nowMs() * 1000, timestamp.last + 1)
    const micros = String(timestamp.last % 1000).padStart(3, '0')
    return new Date(Math.floor(timestamp.last / 1000)).toISOString().replace('Z', `${micros}Z`)
  }
  timestamp.last = last
  return timestamp
}

/** Agents and bots in the chat now who talk to the customer; supervisors are not among them. */
export const responders = (chat: Chat): ChatUser[] =>
  chat.users.filter((user) => user.kind !== 'customer' && user.present && user.visibility === 'all')
