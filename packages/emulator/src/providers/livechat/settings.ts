/** How this emulated LiveChat behaves where the vendor is configurable, slow or silent. */
export type LiveChatSettings = {
  /**
   * Whether the router gives new threads to a free agent, and after how long (emulated ms). With 0 the agent joins inside
   * the call, and the answer to `start_chat` or `resume_chat` waits until its webhooks were delivered.
   */
  autoAssign: false | { delayMs: number }
  /** Hold the answer of every call until the webhooks it caused were delivered, at most `holdAnswerMs` of real time. */
  answerAfterWebhooks: boolean
  holdAnswerMs: number
  /** Raw `error.type` of "Customer chats limit reached"; not documented [?], so clients must accept more than one. */
  chatLimitErrorType: string
  /** Raw `error.type` of "Chat is already active"; not documented [?]. */
  alreadyActiveErrorType: string
  /** Answer `misdirected_request` when `X-Region` does not name the organization's region (see fact sheet, regions). */
  requireRegion: boolean
  /** Body of calls that answer nothing; LiveChat may send either. */
  emptyAnswer: 'object' | 'nothing'
  /** Whether the filter `author_type: agent` passes what bots wrote; not documented [?]. */
  botsCountAsAgents: boolean
  /** Delay until a new webhook is used; LiveChat says up to two minutes. */
  webhookEffectiveAfterMs: number
}

export const defaultSettings: LiveChatSettings = {
  autoAssign: false,
  answerAfterWebhooks: false,
  holdAnswerMs: 2000,
  chatLimitErrorType: 'limit_reached',
  alreadyActiveErrorType: 'already_active',
  requireRegion: false,
  emptyAnswer: 'object',
  botsCountAsAgents: true,
  webhookEffectiveAfterMs: 0,
}
