import type { BotSettings } from '@hitl/emulator'
import type { Desk } from '@hitl/sandbox/desk'
import { checkPerson } from '@hitl/sandbox/ledger'
import type { Conversation } from './conversation'
import { countUnusedOpenings, expectToldAgain, refusedButArrived } from './looking-back'
import type { MemoryGrowth } from './memory-growth'

export type LoadCheck = {
  ok: boolean
  text: string
  /** What was found, in words; without what people wrote where it is printed. */
  details?: readonly string[]
}

/** Both sides of every conversation, message by message. */
export async function checkConversations(
  people: readonly Conversation[],
  lostEvents: ReadonlySet<string>,
  { agentAssignedText, stoppedText }: Pick<BotSettings, 'agentAssignedText' | 'stoppedText'>
): Promise<LoadCheck[]> {
  const notices = { assigned: agentAssignedText, stopped: stoppedText }
  const rules = { ordered: true, refusals: 0, filesAsLinks: true, notices }
  const found: string[] = []
  let [exact, arrived, again] = [0, 0, 0]
  for (const one of people) {
    countUnusedOpenings(one)
    again += expectToldAgain(one, lostEvents, agentAssignedText)
    arrived += refusedButArrived(one).length
    const failed = (await checkPerson(one.person, rules)).filter(({ ok }) => !ok).map(({ text }) => text)
    const problems = [...one.problems.map((problem) => `${one.name}: ${problem}`), ...failed]
    if (problems.length === 0) exact += 1
    found.push(...problems)
  }
  return [
    {
      ok: exact === people.length,
      text: `${exact} of ${people.length} conversations hold exactly their messages, in order, by the right author`,
      details: found,
    },
    {
      ok: again <= lostEvents.size,
      text: `${again} assignments were told again, by Botpress's client after it had lost the answer to the first telling`,
    },
    { ok: arrived === 0, text: `${arrived} messages failed with an error although they had arrived` },
  ]
}

export type Pressure = { calls: number; percent: number; faults: number; doubled: number; expirations: number }

/** So many calls and more are sure to be hit. */
const ENOUGH_CALLS = 5_000

/** That the trouble was no empty threat. */
export function checkPressure({ calls, percent, faults, doubled, expirations }: Pressure): LoadCheck[] {
  if (percent === 0) return []
  const share = (faults / calls) * 100
  const ok = calls < ENOUGH_CALLS || (share > percent / 2 && doubled > 0 && expirations > 0)
  const text = `${share.toFixed(1)} % of ${calls} calls went wrong, ${doubled} webhooks came twice, tokens expired ${expirations} times`
  return [{ ok, text }]
}

export function checkMemory(growths: readonly MemoryGrowth[]): LoadCheck {
  const leaks = growths.filter(({ isLeak }) => isLeak).length
  const known = growths.filter(({ isLeak }) => isLeak !== undefined).length
  if (known === 0) return { ok: true, text: 'the run was too short to tell whether memory grows' }
  return { ok: leaks === 0, text: `${leaks} of ${known} processes keep more and more memory` }
}

export type EndState = { desk: Pick<Desk, 'threads'>; people: readonly Conversation[]; unlisted: readonly string[] }

/** What must be left when everybody has gone. */
export function checkEnd({ desk, people, unlisted }: EndState): LoadCheck[] {
  const open = desk.threads().filter(({ active }) => active).length
  const active = people.filter(({ person }) => person.user.hitlActive).length
  return [
    { ok: open === 0, text: `${open} threads are still open at the provider` },
    { ok: active === 0, text: `${active} sessions are still active at Botpress` },
    { ok: unlisted.length === 0, text: `${unlisted.length} calls to routes nobody knows`, details: unlisted },
  ]
}
