import type { JournalEntry } from '@hitl/emulator'

/** Who called whom, in words. @param provider product name */
export function directionOf({ kind, provider: from }: JournalEntry, provider: string): string {
  switch (kind) {
    case 'webhook':
      return `${provider} → integration`
    case 'invoke':
      return 'Botpress → integration'
    case 'botpress':
      return 'integration → Botpress'
    case 'vendor':
      return from === undefined ? 'integration → user’s file' : `integration → ${provider}`
    default:
      return kind
  }
}

const OPERATIONS: readonly (readonly [RegExp, string])[] = [
  [/^action_triggered /, ''],
  [/^message_created (\w+)$/, 'message ($1)'],
]

/** What was called, without what the direction says and with short ids. */
export function labelOf({ kind, label, provider }: JournalEntry): string {
  const bare = provider !== undefined && label.startsWith(`${provider} `) ? label.slice(provider.length + 1) : label
  if (kind === 'webhook') return `webhook ${bare}`
  if (kind === 'invoke') return OPERATIONS.reduce((text, [from, to]) => text.replace(from, to), bare)
  return bare.replace(/\b([a-z]{3,5})_[0-9A-HJKMNP-TV-Z]{22}([0-9A-HJKMNP-TV-Z]{4})\b/g, '$1_…$2')
}
