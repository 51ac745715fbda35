/** One chat serves all sessions of a customer; each session is one thread of it. */
export type LiveChatThread = {
  chatId: string
  threadId: string
  /** Session whose credential slot keeps the customer: the first one this customer was used in. */
  owner: string
}

export const toThreadKey = ({ chatId, threadId }: Pick<LiveChatThread, 'chatId' | 'threadId'>) =>
  `${chatId}/${threadId}`
