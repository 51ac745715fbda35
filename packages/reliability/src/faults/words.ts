/** Stands in every text of a conversation: wherever logs or answers show it, they show what people said. */
export const MARK = 'quillwort'

export const words = (text: string): string => `${text} (${MARK})`
