import type { Journal } from '../journal'
import type { JsonRecord } from '../json'
import type { Api } from './api'
import type { BotSettings } from './bot-settings'
import type { Installation } from './installation'
import type { ConversationRow } from './model'

/** Types of the channel `hitl`; others cannot be relayed in either direction. */
export const RELAYED_TYPES = new Set(['text', 'image', 'audio', 'video', 'file', 'bloc'])

export const TAGS = {
  upstream: 'hitl#upstream',
  downstream: 'hitl#downstream',
  agentId: 'hitl#humanAgentId',
  agentName: 'hitl#humanAgentName',
  endReason: 'hitl#hitlEndReason',
  startMessageId: 'hitl#startMessageId',
  integrationName: 'hitl#integrationName',
  integrationAlias: 'hitl#integrationAlias',
} as const

export type EndReason =
  | 'patient-used-termination-command'
  | 'agent-assignment-timeout'
  | 'agent-closed-ticket'
  | 'close-action-called'
  | 'internal-error'

export type StartInput = { title?: string; description?: string; hitlSession?: JsonRecord; userEmail?: string }

/** What the end user sees arrive. */
export type UpstreamMessage = {
  /** Of the message in the user's conversation. */
  id: string
  from: 'bot' | 'agent' | 'notice'
  type: string
  payload: JsonRecord
  agentName?: string
  agentPicture?: string
}

export type BotServices = {
  api: Api
  journal: Journal
  settings: BotSettings
  installationOf(conversation: ConversationRow): Installation | undefined
  /** Shows a message to the end user of an upstream conversation. */
  show(conversationId: string, message: UpstreamMessage): void
}
