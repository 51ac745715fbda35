/** How this emulated HubSpot behaves where it is configurable, or where the fact sheet only guesses ([I], [?]). */
export type HubSpotSettings = {
  /**
   * Who new threads of custom channels are assigned to by themselves, and after how long (emulated ms). With 0 the answer
   * to the publish call waits until the webhook about it was delivered.
   */
  autoAssign: { userId: number; delayMs: number } | undefined
  /** Hold the answer of every call until the webhooks it caused were delivered, at most `holdAnswerMs` of real time. */
  answerAfterWebhooks: boolean
  holdAnswerMs: number
  /** Whether a refresh gives a new refresh token and ends the old one at once [?]. */
  rotateRefreshTokens: boolean
  /** Items on a page of channels unless the call names a limit. */
  channelPageSize: number
  /** How long a new channel is missing in lists and refused for channel accounts (emulated ms). */
  channelPropagationMs: number
  /** Whether a sender may have an identifier type the channel does not declare; shipped code relies on it. */
  senderIdentifiers: 'any' | 'declared'
  /** Whether a repeated `integrationIdempotencyId` answers the first message [?]. */
  idempotency: 'honoured' | 'ignored'
  maxTextLength: number
  /** From how many characters on messages are shown cut off; the rest is in `original-content`. Never when undefined. */
  truncateTextAt: number | undefined
  /** What an INCOMING message on a closed thread does [?]. */
  closedThread: 'reopen' | 'new-thread' | 'refuse'
  /** Whether OUTGOING messages published by the integration come back through the channel's webhook [?]. */
  echoPublished: boolean
  /** Whether the first agent who replies to a thread of nobody becomes its assignee [?]. */
  assignOnReply: boolean
  /** Whether `senders[]` of channel webhooks have a name. */
  nameSenders: boolean
  /** Whether files in channel webhooks have a `url`; without it there is `signed-url`. */
  attachmentUrls: boolean
  /** Channel webhooks have ids as texts; some code has seen numbers. */
  channelIdsAsNumbers: boolean
  /** App webhooks have ids as numbers; this makes them texts. */
  idsAsText: boolean
  /** `propertyValue` of `assignedTo`: an actor id by one guide, a user id by the other. */
  assigneeFormat: 'actor' | 'user'
  /** How many app events go into one request, when so many happen within `batchWaitMs`. */
  batchEvents: number
  batchWaitMs: number
  /** Whether channel webhooks are retried as those of apps are [I]. */
  retryChannelWebhooks: boolean
  /** Whether the API may manage webhooks; apps of the developer projects declare theirs in a file [?]. */
  webhooksByApi: 'allowed' | 'refused'
  /** Delay until a new contact is found by searches (emulated ms). */
  contactIndexMs: number
  /**
   * The clock of signature timestamps. A verifier with an ordinary clock needs real ones, or every webhook after
   * `clock.advance` comes from its future.
   */
  signatureTime: 'real' | 'emulated'
}

export const defaultSettings: HubSpotSettings = {
  autoAssign: undefined,
  answerAfterWebhooks: false,
  holdAnswerMs: 2000,
  rotateRefreshTokens: true,
  channelPageSize: 10,
  channelPropagationMs: 0,
  senderIdentifiers: 'any',
  idempotency: 'honoured',
  maxTextLength: 10_000,
  truncateTextAt: undefined,
  closedThread: 'reopen',
  echoPublished: false,
  assignOnReply: false,
  nameSenders: true,
  attachmentUrls: true,
  channelIdsAsNumbers: false,
  idsAsText: false,
  assigneeFormat: 'actor',
  batchEvents: 1,
  batchWaitMs: 100,
  retryChannelWebhooks: true,
  webhooksByApi: 'allowed',
  contactIndexMs: 0,
  signatureTime: 'real',
}
