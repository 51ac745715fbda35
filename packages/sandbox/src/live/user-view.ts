import type { Botpress, EndUser } from '@hitl/emulator'
import type { BotpressConversation, ChatItem, Choice, User } from '@hitl/sandbox-page/protocol'
import { redacted } from '../redact'
import { TALK_TO_HUMAN } from './bot'
import { toMessage } from './messages'

/** Something that went wrong for a user, which a real one would not be told. */
export type Failure = { id: string; user: string; at: number; text: string }

/** How much of a long chat is sent to the page. */
const LATEST_ITEMS = 300

const CHOICE: Choice = { label: TALK_TO_HUMAN, value: 'human' }

type Seen = { botpress: Botpress; failures: readonly Failure[]; secrets: readonly string[] }

/** An end user as the page shows one. */
export function toUser(user: EndUser, seen: Seen): User {
  const { id, name, email, hitlActive } = user
  return {
    id,
    name,
    ...(email === undefined ? {} : { email }),
    hitlActive,
    ...agentOf(user, seen.botpress),
    items: itemsOf(user, seen),
    conversations: conversationsOf(user, seen),
  }
}

/** Who answers in the session under way: tags of the user's own conversation outlast theirs. */
function agentOf({ hitlActive, downstreamConversationId }: EndUser, { store }: Botpress): { agent?: string } {
  const agent = store.conversations.get(downstreamConversationId ?? '')?.tags[AGENT_TAG]
  return hitlActive && agent ? { agent } : {}
}

function itemsOf(user: EndUser, { failures }: Seen): ChatItem[] {
  const said = user.transcript.slice(-LATEST_ITEMS).map((item): ChatItem => {
    const { id, at, from, agentName, agentPicture } = item
    const name = agentName === undefined ? {} : { name: agentName }
    const picture = agentPicture === undefined ? {} : { picture: agentPicture }
    return { id, at, from, message: toMessage(item), ...name, ...picture }
  })
  const undelivered = user.lastDeliveryErrors.map(({ messageId, at, message }) => ({
    id: `undelivered-${messageId}-${at}`,
    at,
    text: `Not delivered: ${message}`,
  }))
  const failed = [...undelivered, ...failures.filter((one) => one.user === user.id)].map(
    ({ id, at, text }): ChatItem => ({ id, at, from: 'failure', message: { type: 'text', text } })
  )
  // Sorting is stable: what happened in the same millisecond stays in order.
  const items = [...said, ...failed].toSorted((a, b) => a.at - b.at)
  return user.hitlActive ? items : withChoice(items)
}

/** The bot offers a human wherever it spoke last. */
function withChoice(items: readonly ChatItem[]): ChatItem[] {
  const last = items.findLastIndex(({ from }) => from !== 'failure')
  return items.map((item, index) =>
    index === last && (item.from === 'bot' || item.from === 'notice') ? { ...item, choices: [CHOICE] } : item
  )
}

/** The user's own conversation, then one for each session with an agent. */
export function conversationIds(
  { conversation, downstreamConversationId }: EndUser,
  { store }: Botpress
): readonly string[] {
  const downstream = [...store.conversations.values()].filter(({ tags }) => tags[UPSTREAM_TAG] === conversation.id)
  // The link back is the latest one's where two users share a session.
  const current = downstreamConversationId === undefined ? [] : [downstreamConversationId]
  return [...new Set([conversation.id, ...downstream.map(({ id }) => id), ...current])]
}

const UPSTREAM_TAG = 'hitl#upstream'
const AGENT_TAG = 'hitl#humanAgentName'

function conversationsOf(user: EndUser, { botpress, secrets }: Seen): BotpressConversation[] {
  const { conversations, states } = botpress.store
  return conversationIds(user, botpress).flatMap((id, index): BotpressConversation[] => {
    const row = conversations.get(id)
    if (!row) return []
    const own = [...states.values()].filter(({ subjectId }) => subjectId === id)
    const shown = own.map(({ name, payload }) => ({ name, payload: redacted(payload, secrets) }))
    return [{ id, side: index === 0 ? 'upstream' : 'downstream', tags: row.tags, states: shown }]
  })
}
