import type { Emulator, JournalEntry } from '@hitl/emulator'

/** Tells whether an entry of the journal is what somebody waits for. */
export type Sign = (entry: JournalEntry) => boolean

type Waiting = { sign: Sign; arrived: (entry: JournalEntry | undefined) => void }

/** The bot has passed the user's message on to the integration, whatever that answered. */
export const isInvoked: Sign = ({ kind, label }) => kind === 'invoke' && label.startsWith('message_created')
export const isAgentMessage: Sign = ({ kind, label }) => kind === 'upstream' && label.startsWith('agent:')

export const isNotice =
  (text: string): Sign =>
  ({ kind, label, request }) =>
    kind === 'upstream' &&
    label.startsWith('notice:') &&
    typeof request === 'object' &&
    request !== null &&
    'text' in request &&
    request.text === text

/** Watches the journal for what follows from a step. */
export class Arrivals {
  readonly #waiting = new Map<string, Waiting>()
  readonly #end: () => void

  constructor(journal: Emulator['journal']) {
    this.#end = journal.onEntry((entry) => {
      const waiting = this.#waiting.get(entry.trace?.step ?? '')
      if (waiting?.sign(entry)) waiting.arrived(entry)
    })
  }

  /** Resolves to the first entry with that sign, or to undefined when none has come in time. */
  next(step: string, sign: Sign, withinMs: number): Promise<JournalEntry | undefined> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.forget(step), withinMs)
      const arrived = (entry: JournalEntry | undefined) => {
        clearTimeout(timer)
        this.#waiting.delete(step)
        resolve(entry)
      }
      this.#waiting.set(step, { sign, arrived })
    })
  }

  /** Nothing follows from the step any more. */
  forget(step: string): void {
    this.#waiting.get(step)?.arrived(undefined)
  }

  end(): void {
    this.#end()
  }
}
