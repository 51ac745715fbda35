import type { DeskAgent, DeskChat, ThreadRef } from '../desk'
import type { DeskRecord } from './desk-record'

type Act = () => unknown

/** Which chats an action is for. Whatever else is refused in one sentence, and so is what the provider refuses. */
export type DeskRules = {
  /** Any chat. */
  known(thread: ThreadRef, act: Act): void
  /** One that is not closed. */
  open(thread: ThreadRef, act: Act): void
  /** One that nobody answers. */
  waiting(thread: ThreadRef, act: Act): void
  /** One that this agent answers. */
  answering(thread: ThreadRef, agent: DeskAgent, act: Act): void
  /** One that this agent does not answer. */
  notAnswering(thread: ThreadRef, agent: DeskAgent, act: Act): void
}

/**
 * `chat` and `take` are the provider's words.
 * @param recordOf reads one thread: with hundreds of them, reading all for each action takes longer than the action
 */
export function deskRules(
  recordOf: (thread: ThreadRef) => DeskRecord | undefined,
  words: { chat: string; take: string }
): DeskRules {
  const noun = words.chat.toLowerCase()
  const find = (thread: ThreadRef): DeskRecord => {
    const found = recordOf(thread)
    if (!found) throw new Error(`This ${noun} does not exist any more.`)
    return found
  }
  const requireOpen = ({ chat }: DeskRecord) => {
    if (chat.state === 'closed') throw new Error(`This ${noun} is closed.`)
  }
  const notYours = ({ chat, agents }: DeskRecord, { name }: DeskAgent): string =>
    agents.length > 0
      ? `${namesIn(chat)} answers this ${noun}, not ${name}.`
      : `${name} does not answer this ${noun} yet: choose "${words.take}" first.`
  return {
    known: (thread, act) => {
      find(thread)
      inOneSentence(act)
    },
    open: (thread, act) => {
      requireOpen(find(thread))
      inOneSentence(act)
    },
    waiting: (thread, act) => {
      const record = find(thread)
      requireOpen(record)
      if (record.chat.state !== 'waiting') throw new Error(`${namesIn(record.chat)} already answers this ${noun}.`)
      inOneSentence(act)
    },
    answering: (thread, agent, act) => {
      const record = find(thread)
      requireOpen(record)
      if (!record.agents.includes(agent.id)) throw new Error(notYours(record, agent))
      inOneSentence(act)
    },
    notAnswering: (thread, agent, act) => {
      if (find(thread).agents.includes(agent.id)) throw new Error(`${agent.name} already answers this ${noun}.`)
      inOneSentence(act)
    },
  }
}

/** Undefined where the emulator knows nothing by that name, which it says by throwing. */
export function ifKnown<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}

const namesIn = ({ agent }: DeskChat) => agent?.name ?? 'Somebody else'

/** What emulators throw is written for tests: no capital, no full stop. */
function inOneSentence(act: Act): void {
  try {
    act()
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error)
    throw new Error(`${text.charAt(0).toUpperCase()}${text.slice(1).replace(/\.$/, '')}.`, { cause: error })
  }
}
