import { createHash } from 'node:crypto'
import type { DeskThread } from './desk'
import type { Person, Said } from './person'

export type Check = { ok: boolean; text: string }

export type LedgerRules = {
  /** False when the fault makes messages overtake one another. */
  ordered: boolean
  /** How many messages of the user the integration has to refuse, loudly. */
  refusals: number
  /** Set where uploads fail on purpose: a file may then come as a text with its address. */
  filesAsLinks?: boolean
  /** What the bot shows when an agent has joined, and when one has ended the session. */
  notices: { assigned: string; stopped: string }
}

/** Who wrote what, as one comparable string. */
export type Line = string

/** Compares both sides of the conversation: what was written there against what was seen here, and the reverse. */
export async function checkPerson(person: Person, rules: LedgerRules): Promise<Check[]> {
  return [
    await checkUserToAgent(person, rules),
    checkAgentToUser(person, rules),
    checkHandOver(person),
    checkNotices(person, rules),
  ]
}

async function checkUserToAgent(person: Person, rules: LedgerRules): Promise<Check> {
  const { ordered, refusals, filesAsLinks = false } = rules
  const refused = new Set(person.user.lastDeliveryErrors.map(({ payload }) => String(payload['text'])))
  const isRefused = (said: Said) => 'text' in said && refused.has(said.text)
  const written = person.said.filter((said) => !isRefused(said)).map((said) => lineOfSaid(person, said))
  const refusedCount = person.said.filter(isRefused).length
  const arrived = await linesFromUser(person, filesAsLinks)
  const problems = [
    ...differences(written, arrived, ordered),
    ...(refusedCount === refusals ? [] : [`${refusedCount} refused, expected ${refusals}`]),
  ]
  const loudly = refusals > 0 ? `, ${refusals} refused in plain words` : ''
  return verdict(
    `${person.name} wrote ${count(written.length, 'message')} that agents saw`,
    `${once(ordered)}${loudly}`,
    problems
  )
}

/** What agents wrote to a person, and what the person saw of agents. */
export function agentLines(person: Person): { written: Line[]; seen: Line[] } {
  const written = person.threads.flatMap(({ messages }) =>
    messages.filter(({ from }) => from === 'agent').map(({ author, text, url }) => line(author, text ?? url ?? ''))
  )
  const seen = person.user.transcript.flatMap(({ from, agentName, payload }) =>
    from === 'agent' ? [line(agentName ?? '', contentOf(payload))] : []
  )
  return { written, seen }
}

function checkAgentToUser(person: Person, { ordered }: LedgerRules): Check {
  const { written, seen } = agentLines(person)
  const problems = differences(written, seen, ordered)
  return verdict(`Agents wrote ${count(written.length, 'message')} that ${person.name} saw`, once(ordered), problems)
}

/** What agents saw of a person, hand-overs left out. */
export const linesFromUser = async (person: Person, filesAsLinks: boolean): Promise<Line[]> =>
  (await Promise.all(person.threads.map((thread) => linesOfContact(person, thread, filesAsLinks)))).flat()

/** What agents did not find at the head of a thread although it was handed over. */
export const missingInHandOver = (person: Person): string[] =>
  person.threads.flatMap(({ key, messages }) => {
    const opening = messages.slice(0, person.openings.get(key) ?? 0).map(({ text }) => text ?? '')
    return (person.handedOver.get(key) ?? []).filter((text) => !opening.some((one) => one.includes(text)))
  })

function checkHandOver(person: Person): Check {
  const problems = missingInHandOver(person).map((text) => `"${text}" is missing in the hand-over`)
  const total = [...person.handedOver.values()].flat().length
  return verdict(`${count(total, 'line')} of title, description and history`, 'handed over to the agents', problems)
}

/** Notices have no author; they are the bot's own words about agents and sessions. */
function checkNotices({ user, expected }: Person, { notices }: LedgerRules): Check {
  const compare = (what: string, notice: string, wanted: number) => {
    const told = user.transcript.filter(({ from, payload }) => from === 'notice' && payload['text'] === notice).length
    return told === wanted ? [] : [`${count(told, what)} told instead of ${wanted}`]
  }
  const problems = [
    ...compare('assignment', notices.assigned, expected.assignments),
    ...compare('ending', notices.stopped, expected.closings),
  ]
  const facts = `${count(expected.assignments, 'assignment')} and ${count(expected.closings, 'ending')} by an agent`
  return verdict(facts, `told to ${user.name} once each`, problems)
}

const line = (author: string, content: string): Line => `${author}: ${content}`

export const lineOfSaid = (person: Person, said: Said): Line =>
  line(person.name, 'text' in said ? said.text : fingerprint(said.bytes))

/** Without the hand-over, and without the bot's own words, which carry its name. */
async function linesOfContact(person: Person, { key, messages }: DeskThread, filesAsLinks: boolean): Promise<Line[]> {
  const linked = filesAsLinks ? person.said.filter((said) => 'url' in said) : []
  const own = messages.filter(({ from }) => from === 'contact').slice(person.openings.get(key) ?? 0)
  const spoken = own.filter(({ text }) => !text?.startsWith('[Bot] '))
  return Promise.all(
    spoken.map(async ({ author, text, url }) => {
      const file = linked.find((said) => text?.includes(said.url))
      if (file) return line(author, fingerprint(file.bytes))
      return line(author, text ?? fingerprint((await person.desk.downloadFile(url ?? '')).bytes))
    })
  )
}

const fingerprint = (bytes: Uint8Array) => `file ${createHash('sha256').update(bytes).digest('hex')}`

function contentOf(payload: Record<string, unknown>): string {
  const content = ['text', 'imageUrl', 'audioUrl', 'videoUrl', 'fileUrl'].map((field) => payload[field])
  return String(content.find((value) => typeof value === 'string') ?? '')
}

/** How what was seen here differs from what was written there. */
export type Difference = { kind: 'lost' | 'doubled' | 'foreign'; line: Line; found: number } | { kind: 'disordered' }

export function compareLines(written: readonly Line[], seen: readonly Line[], ordered: boolean): Difference[] {
  const times = (lines: readonly Line[], one: Line) => lines.filter((other) => other === one).length
  const found = [...new Set([...written, ...seen])].flatMap((line): Difference[] => {
    const [expected, found] = [times(written, line), times(seen, line)]
    if (expected === found) return []
    const kind = expected === 0 ? 'foreign' : found < expected ? 'lost' : 'doubled'
    return [{ kind, line, found }]
  })
  const isMixedUp = ordered && found.length === 0 && written.some((one, index) => seen[index] !== one)
  return isMixedUp ? [{ kind: 'disordered' }] : found
}

/** What is missing, doubled or foreign, in words. */
const differences = (...given: Parameters<typeof compareLines>): string[] => compareLines(...given).map(inWords)

function inWords(difference: Difference): string {
  switch (difference.kind) {
    case 'lost':
      return `"${difference.line}" was lost`
    case 'doubled':
      return `"${difference.line}" came ${difference.found} times`
    case 'foreign':
      return `"${difference.line}" was never written`
    case 'disordered':
      return 'the order has changed'
    default:
      return difference satisfies never
  }
}

const once = (ordered: boolean) =>
  ordered ? 'once each, in order, under the right name' : 'once each, under the right name'
const count = (n: number, noun: string) => `${n} ${noun}${n === 1 ? '' : 's'}`

function verdict(subject: string, promise: string, problems: readonly string[]): Check {
  return problems.length === 0
    ? { ok: true, text: `${subject}: ${promise}` }
    : { ok: false, text: `${subject}: ${problems.join('; ')}` }
}
