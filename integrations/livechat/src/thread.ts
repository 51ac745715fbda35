/** One chat serves all sessions of a customer; each session is one thread of it. */
export type LiveChatThread = { chatId: string; threadId: string }

export const toThreadKey = ({ chatId, threadId }: LiveChatThread) => `${chatId}/${threadId}`
