import type { JournalEntry } from '@hitl/emulator'
import type { Scene } from './scene'
import { MARK } from './words'

const TOKEN = /"(?:access_token|refresh_token|id_token)":"([^"]{8,})"/g

/**
 * Secrets, tokens and words of people in what the integration logged or answered; empty when it is tight-lipped. What is
 * found is named, not shown.
 */
export function leaks({ desk, emulator }: Scene, logged: string): string[] {
  const { entries } = emulator.journal
  const tokens = entries.filter(({ kind }) => kind === 'vendor').flatMap(({ response }) => tokensIn(response))
  const secrets = [...desk.secrets, ...tokens, emulator.botpress.token].map((secret) => secret.toLowerCase())
  const places: [string, string][] = [
    ['the log', logged],
    ['an answer', entries.flatMap(answerOf).join('\n')],
  ]
  return places.flatMap(([place, text]) => {
    const shown = text.toLowerCase()
    return [
      ...(secrets.some((secret) => shown.includes(secret)) ? [`a secret in ${place}`] : []),
      ...(shown.includes(MARK) ? [`words of people in ${place}`] : []),
    ]
  })
}

const tokensIn = (response: unknown): string[] =>
  [...(JSON.stringify(response) ?? '').matchAll(TOKEN)].map(([, token = '']) => token)

/** What the integration answered to Botpress, and through it to the provider. */
const answerOf = ({ kind, response }: JournalEntry): string[] =>
  kind === 'invoke' ? [JSON.stringify(response) ?? ''] : []
