import {
  agentLines,
  compareLines,
  type Difference,
  type Line,
  lineOfSaid,
  linesFromUser,
  missingInHandOver,
} from '@hitl/sandbox/ledger'
import type { Person } from '@hitl/sandbox/person'
import type { Scene } from './scene'
import { MARK } from './words'

/** What became of a step, the worst last. */
export const verdicts = ['once', 'failed', 'stuck', 'doubled', 'misattributed', 'lost'] as const
export type Verdict = (typeof verdicts)[number]

/** Something that must not be, and what is wrong with it. */
export type Finding = { verdict: Exclude<Verdict, 'once' | 'failed'>; what: string }

/** Compares what both sides hold when everything is over. */
export async function judge(scene: Scene, ordered: boolean): Promise<Finding[]> {
  const people = [scene.ana, scene.bob]
  const each = await Promise.all(people.map((person) => judgePerson(scene, person, ordered)))
  return [...each.flat(), ...leftOpen(scene)]
}

async function judgePerson(scene: Scene, person: Person, ordered: boolean): Promise<Finding[]> {
  const { name, said } = person
  const fromUser = compareLines(
    said.map((one) => lineOfSaid(person, one)),
    await linesFromUser(person, true),
    ordered
  )
  const { written, seen } = agentLines(person)
  const toUser = compareLines(
    written,
    seen.map((line) => named(line, written)),
    ordered
  )
  return [
    ...inWords(`of ${name}`, fromUser),
    ...inWords(`for ${name}`, toUser),
    ...missingInHandOver(person).map((): Finding => ({ verdict: 'lost', what: `a line handed over for ${name}` })),
    ...repeatedInHandOver(person),
    ...judgeNotices(scene, person),
  ]
}

/** A message whose agent could not be asked for a name is told without one: by the same user of Botpress all the same. */
const named = (seen: Line, written: readonly Line[]): Line =>
  seen.startsWith(': ') ? (written.find((line) => line.endsWith(seen)) ?? seen) : seen

const textOf = (line: Line) => line.slice(line.indexOf(': ') + 2)

function inWords(whose: string, differences: readonly Difference[]): Finding[] {
  const lost = new Set(differences.flatMap((one) => (one.kind === 'lost' ? [textOf(one.line)] : [])))
  return differences.flatMap((one): Finding[] => {
    switch (one.kind) {
      case 'lost':
        return [{ verdict: 'lost', what: `a message ${whose}` }]
      case 'doubled':
        return [{ verdict: 'doubled', what: `a message ${whose} came ${one.found} times` }]
      case 'foreign': {
        const what = lost.has(textOf(one.line)) ? 'under another name' : 'that was never written'
        return [{ verdict: 'misattributed', what: `a message ${whose} ${what}` }]
      }
      case 'disordered':
        return [{ verdict: 'misattributed', what: `messages ${whose} in another order` }]
      default:
        return one satisfies never
    }
  })
}

function repeatedInHandOver({ name, openings, threads }: Person): Finding[] {
  return threads.flatMap(({ key, messages }) => {
    const opening = messages.slice(0, openings.get(key) ?? 0)
    const texts = opening.flatMap(({ text }) => (text?.includes(MARK) ? [text] : []))
    return new Set(texts).size === texts.length
      ? []
      : [{ verdict: 'doubled' as const, what: `the hand-over of ${name}` }]
  })
}

function judgeNotices({ emulator }: Scene, { name, user, expected }: Person): Finding[] {
  const { agentAssignedText, stoppedText } = emulator.botpress.settings
  const judgeOne = (notice: string, wanted: number, what: string): Finding[] => {
    const told = user.transcript.filter(({ from, payload }) => from === 'notice' && payload['text'] === notice).length
    if (told === wanted) return []
    return [
      { verdict: told < wanted ? 'lost' : 'doubled', what: `${what}, told ${told} of ${wanted} times to ${name}` },
    ]
  }
  return [
    ...judgeOne(agentAssignedText, expected.assignments, 'hitlAssigned'),
    ...judgeOne(stoppedText, expected.closings, 'hitlStopped'),
  ]
}

/** Chats that agents still see although nobody listens, and sessions that never end. */
function leftOpen({ ana, bob, desk }: Scene): Finding[] {
  const open = desk.threads().filter(({ active }) => active).length
  const active = [ana, bob].filter(({ user }) => user.hitlActive)
  return [
    ...(open > 0 ? [{ verdict: 'stuck' as const, what: `${open} chats are open with nobody behind them` }] : []),
    ...active.map(({ name }) => ({ verdict: 'stuck' as const, what: `the session of ${name} never ends` })),
  ]
}
