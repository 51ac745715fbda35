/** Names as they appear in the Botpress API. This file is their only home: the compiler cannot check tag names elsewhere. */
export const CHANNEL = 'hitl'

export const userTag = {
  /** Hash that makes `createUser` find the same end user again. */
  contactKey: 'contactKey',
  /** Provider's id of the end user. */
  contactId: 'contactId',
  /** Real e-mail address of the end user. */
  email: 'email',
  /** Provider's id of an agent. A tag of its own: agents and contacts may have equal ids. */
  agentId: 'agentId',
} as const

export const conversationTag = {
  /** What the provider repeats in every webhook about the thread, or `opening` while `startHitl` is at work. */
  threadKey: 'threadKey',
  contactUserId: 'contactUserId',
  /** Hash of the `startHitl` input: a repeated call finds the first one's session. */
  request: 'request',
  /** Random mark of the call that created the conversation. */
  claim: 'claim',
  /** Epoch ms at which `startHitl` had everything in place. */
  openedAt: 'openedAt',
  /** Agent seen last. Only saves a look-up of the profile; no decision rests on it. */
  agentId: 'agentId',
  /** `missed` when the provider says that no agent answered. */
  closeReason: 'closeReason',
} as const

/** The tags that hold the adapter's thread as JSON, in pieces and in order. */
export const THREAD_TAGS = ['thread', 'thread2', 'thread3', 'thread4'] as const

/** On conversations whose session is being opened or has not ended, for providers whose integration keeps book of those. */
export const LIVE_TAG = 'live'

export const messageTag = {
  /** Thread key and the provider's message id: a redelivered message finds the first one. */
  providerMessageId: 'providerMessageId',
} as const

export const state = {
  /** Conversation: the credential that speaks as this session's contact. */
  sessionToken: 'sessionToken',
  /** Integration: the credential that speaks as the integration. */
  installationToken: 'installationToken',
  /** Integration: what the adapter noted about the installation. */
  installation: 'installation',
  /** Integration: the settings that were proved last, and what was said about them. */
  registration: 'registration',
  /** Integration, short-lived: first one wins the right to renew the installation's token. */
  renewal: 'renewal',
  /** Conversation: first one wins the right to end the session. */
  closed: 'closed',
  /** Conversation: the agent in charge, as announced to the bot. */
  assigned: 'assigned',
  /** Conversation, short-lived: first one wins the right to the next step. */
  step: 'step',
} as const

/** Integration, short-lived: first one wins the right to set things up at the provider. */
export const SET_UP_STATE = 'setUp'

export const event = { assigned: 'hitlAssigned', stopped: 'hitlStopped' } as const

/** Value of the thread key tag while `startHitl` has not heard from the provider yet. */
export const OPENING = 'opening'
/** Instead of it once the start has failed and may have left a thread. */
export const ABANDONED = 'abandoned'

/** Longest tag value Botpress stores, in characters. */
export const MAX_TAG_LENGTH = 500
