/** Texts and switches of the official plugin. An empty text keeps quiet (the plugin's literal `NULL`). */
export type BotSettings = {
  handoffText: string
  agentAssignedText: string
  stoppedText: string
  userCancelledText: string
  userClosedText: string
  unsupportedTypeText: string
  assignmentTimeoutText: string
  closeCommand: string
  /** 0 means no timeout. Emulated time. */
  agentAssignedTimeoutSeconds: number
  /** Real time between the integration's answer to `startHitl` and the session being active. */
  activationDelayMs: number
  /** What the bot answers while no session is active; nothing when it returns undefined. */
  reply: (text: string) => string | undefined
}

/** All but functions, which cannot be saved. */
export function savedSettings({ reply: _reply, ...settings }: BotSettings): Omit<BotSettings, 'reply'> {
  return settings
}

export function defaultBotSettings(): BotSettings {
  return {
    handoffText: 'I have escalated this conversation to a human agent. They should be with you shortly.',
    agentAssignedText: 'A human agent has joined the conversation.',
    stoppedText: 'The human agent closed the conversation. I will continue assisting you.',
    userCancelledText: '( The user has ended the session. )',
    userClosedText: 'You have ended the session with the human agent. I will continue assisting you.',
    unsupportedTypeText: 'Sorry, this type of message cannot be passed on.',
    assignmentTimeoutText: 'No human agent is available at the moment. Please try again later.',
    closeCommand: '/end',
    agentAssignedTimeoutSeconds: 0,
    activationDelayMs: 20,
    reply: () => undefined,
  }
}
