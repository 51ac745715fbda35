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
  timestamp: () => string
}

/** Who caused something; the filter `source_type` of webhooks asks for it. */
export type Source = { clientId?: string } | 'system'

/** A chat together with where it lives and what acts on it. */
export type Scene = { world: World; organization: Organization; chat: Chat }

export const microsecondClock = (nowMs: () => number): (() => string) => {
  let last = 0
  return () => {
    last = Math.max(nowMs() * 1000, last + 1)
    const micros = String(last % 1000).padStart(3, '0')
    return new Date(Math.floor(last / 1000)).toISOString().replace('Z', `${micros}Z`)
  }
}

/** Agents and bots in the chat now who talk to the customer; supervisors are not among them. */
export const responders = (chat: Chat): ChatUser[] =>
  chat.users.filter((user) => user.kind !== 'customer' && user.present && user.visibility === 'all')
