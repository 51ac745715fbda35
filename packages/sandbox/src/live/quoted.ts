const LONGEST_QUOTE = 60

/** The beginning of what somebody has written, on one line. */
export const quoted = (text: string): string =>
  `“${text.length > LONGEST_QUOTE ? `${text.slice(0, LONGEST_QUOTE)}…` : text}”`.replaceAll('\n', ' ')
