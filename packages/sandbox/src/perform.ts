import { budgets } from './budgets'
import { countCalls } from './counts'
import type { Fault } from './faults'
import { playJourneys } from './journeys'
import { type Check, checkPerson } from './ledger'
import { Narrator, type NarratorOptions } from './narrator'
import { type Pace, Play } from './play'
import type { OpenStage, SandboxProvider } from './providers/index'
import type { StageOptions } from './stage'

export type Performance = {
  instances: StageOptions['instances']
  pace: Pace
  port?: number
  fault?: Fault
  narrator: Pick<NarratorOptions, 'print' | 'paint' | 'verbose'>
  /** Told as soon as there is something to clean up when the program is stopped. */
  onOpen?(stage: OpenStage['stage']): void
}

/** Plays the journeys on a stage of their own, under a fault if one is given. Returns what was found out. */
export async function perform(provider: SandboxProvider, options: Performance): Promise<Check[]> {
  const { instances, port, pace, fault } = options
  const open = await provider.open({ instances, count: fault?.instances ?? 1, ...(port === undefined ? {} : { port }) })
  try {
    options.onOpen?.(open.stage)
    const secrets = [...open.desk.secrets, open.stage.emulator.botpress.token]
    const narrator = new Narrator({ ...options.narrator, provider: provider.title, secrets })
    const { beforeStep, afterStep } = fault ?? {}
    const hooks = { ...(beforeStep ? { beforeStep } : {}), ...(afterStep ? { afterStep } : {}) }
    const play = new Play(open, { narrator, pace, temperature: fault ? 'none' : 'warm', ...hooks })
    tellRegistration(play)
    fault?.prepare?.(play)
    await (fault?.play ?? playJourneys)(play)
    const checks = await findOut(play, fault)
    narrator.checks(fault ? `With the fault ${fault.name}: ${fault.about}` : 'What was found out', checks)
    return checks
  } finally {
    await open.stage.close()
  }
}

/** It is over before a play can begin, so it is told afterwards. */
function tellRegistration({ emulator, narrator }: Play): void {
  const { entries } = emulator.journal
  narrator.step('The integration is installed: its settings are checked and webhooks are registered')
  narrator.calls(entries)
  narrator.counts(budgets.register.title, countCalls(entries), budgets.register.warm)
}

async function findOut(play: Play, fault: Fault | undefined): Promise<Check[]> {
  const { agentAssignedText, stoppedText } = play.emulator.botpress.settings
  const notices = { assigned: agentAssignedText, stopped: stoppedText }
  const rules = { ordered: true, refusals: 0, notices, ...fault?.rules }
  const people = await Promise.all(play.people.map((person) => checkPerson(person, rules)))
  return [
    ...people.flat(),
    ...play.findings,
    ...(fault?.checks?.(play) ?? []),
    // Repeated calls are what faults are about; budgets hold where nothing goes wrong.
    ...(fault ? [] : [budgetCheck(play)]),
    unlistedCheck(play),
  ]
}

function budgetCheck({ steps }: Play): Check {
  const limited = steps.filter(({ budget }) => budget.vendor !== undefined || budget.botpress !== undefined)
  const over = limited.filter(({ ok }) => !ok).map(({ title }) => title)
  return over.length === 0
    ? { ok: true, text: `Calls within the budget in ${limited.length} of ${limited.length} steps that have one` }
    : { ok: false, text: `More calls than the budget allows: ${over.join('; ')}` }
}

function unlistedCheck({ emulator: { unlisted } }: Play): Check {
  const ok = unlisted.length === 0
  return { ok, text: ok ? 'Calls to unlisted routes or other hosts: none' : `Unlisted: ${unlisted.join(', ')}` }
}
