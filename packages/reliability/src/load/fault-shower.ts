import type { Emulator, FaultRule, JournalEntry } from '@hitl/emulator'
import type { Desk } from '@hitl/sandbox/desk'
import type { Random } from './random'

type Fault = FaultRule['fault']

export type FaultShowerOptions = {
  emulator: Pick<Emulator, 'journal' | 'faults'>
  /** Name of the emulated provider. */
  provider: string
  refusals: Desk['refusals']
  /** Part of the label of the calls that give tokens. */
  tokenCall: string
  /** How many calls in a hundred are hit. */
  percent: number
  random: Random
}

const RETRY_AFTER = { 'retry-after': '1' }

/**
 * Lets a share of all calls go wrong, those to the provider and those to Botpress, in one of six ways. Each call that
 * comes decides about the next one to the same side, which hits as many as deciding about itself would. The answer to a
 * token call is never lost: where a new refresh token ends the old one, nobody can get over that. Returns the function
 * that ends it.
 */
export function startFaultShower(options: FaultShowerOptions): () => void {
  const { emulator, provider, refusals, tokenCall, percent, random } = options
  const { journal, faults } = emulator
  const name = 'shower'
  const end = journal.onEntry((entry) => {
    const target = targetOf(entry, provider)
    if (target === undefined || !random.inHundred(percent)) return
    const fault = anyFault(target === provider ? refusals : botpressRefusals, random)
    const isLost = target === provider && fault.kind === 'drop' && fault.when === 'after'
    if (!isLost) faults.add({ target, name, fault })
    else if (!entry.label.includes(tokenCall)) faults.add({ target, name, fault, match: entry.label })
  })
  return () => {
    end()
    faults.remove(name)
  }
}

/** Undefined for what is no call of the integration's. */
function targetOf({ kind, provider: by }: JournalEntry, provider: string): string | undefined {
  if (kind === 'botpress') return 'botpress'
  return kind === 'vendor' && by === provider ? provider : undefined
}

const botpressRefusals = {
  tooMany: { code: 429, type: 'RateLimited', message: 'Injected', id: 'err_1' },
  internal: { code: 500, type: 'Internal', message: 'Injected', id: 'err_1' },
}

function anyFault({ tooMany, internal }: Pick<Desk['refusals'], 'tooMany' | 'internal'>, random: Random): Fault {
  return random.pick<Fault>([
    { kind: 'status', status: 429, body: tooMany, headers: RETRY_AFTER },
    { kind: 'status', status: 500, body: internal },
    // What stands in front of a service answers for it in words of its own.
    { kind: 'status', status: 503, body: 'upstream connect error' },
    { kind: 'drop', when: 'before' },
    { kind: 'drop', when: 'after' },
    { kind: 'slow', ms: random.whole(1_000, 2_000) },
  ])
}
