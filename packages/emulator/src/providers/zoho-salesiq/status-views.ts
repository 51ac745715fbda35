import type { Conversation, ConversationState } from './entities'
import type { View } from './view'

/**
 * `state`, `state_key` and the codes of waiting, connected and end were seen; numbers and key of missed and the ids of all
 * but connected are inferred.
 */
const statuses = {
  waiting: { state: 1, status_code: 0, status_key: 'open', label: 'Waiting', id: '10' },
  connected: { state: 2, status_code: 0, status_key: 'open', label: 'Connected', id: '20' },
  missed: { state: 3, status_code: 1, status_key: 'closed', label: 'Missed', id: '30' },
  end: { state: 4, status_code: 2, status_key: 'closed', label: 'Attended Online', id: '40' },
} satisfies Record<ConversationState, View>

export const statusLabel = ({ state }: Conversation): string => statuses[state].label

/** What the open call answers. */
export const shortStatus = ({ state }: Conversation): View => {
  const { state: number, status_code, status_key } = statuses[state]
  return { state: number, state_key: state, status_code, status_key }
}

/** What webhooks say. */
export const webhookStatus = ({ state }: Conversation): View => {
  const { state: number, status_code, label, id } = statuses[state]
  return { state: number, state_key: state, status_code, label, id }
}

export const fullStatus = (conversation: Conversation): View => ({
  ...webhookStatus(conversation),
  status_key: statuses[conversation.state].status_key,
})
