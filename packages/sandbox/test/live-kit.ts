import type { Action, ActionAnswer, DeskChat, Step, StreamEvents, User } from '@hitl/sandbox-page/protocol'
import { LiveProvider } from '../src/live/live-provider'
import { providers, type SandboxProvider } from '../src/providers/index'

export const NAMES = ['livechat', 'hubspot', 'zoho-salesiq'] as const

const LOOK_EVERY_MS = 4

export type Known = StreamEvents['hello']

/** A provider with its bundle in a process of its own, and what a page that opens now would know of it. */
export type Played = {
  live: LiveProvider
  /** Acts, and waits until nothing is under way any more. */
  play(action: Action): Promise<ActionAnswer>
  idle(): Promise<void>
  known(): Known
}

export type Session = { user: string; chat: string; agent: string; other: string }

export function providerOf(name: string): SandboxProvider {
  const provider = providers.find((one) => one.name === name)
  if (!provider) throw new Error(`There is no provider ${name}`)
  return provider
}

export const openLive = async (name: string, saved?: Uint8Array): Promise<Played> =>
  playedBy(await LiveProvider.open(providerOf(name), saved))

export function playedBy(live: LiveProvider): Played {
  const known = () => knownOf(live)
  const idle = async () => {
    do await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS))
    while (known().steps.some(({ running }) => running))
  }
  const play = async (action: Action) => {
    const answer = await live.act(action)
    await idle()
    return answer
  }
  return { live, play, idle, known }
}

function knownOf(live: LiveProvider): Known {
  const told: Known[] = []
  const unsubscribe = live.subscribe((event) => event.name === 'hello' && told.push(event.data))
  unsubscribe()
  const [hello] = told
  if (!hello) throw new Error('A page is told everything at first')
  return hello
}

/** What an action was refused with. */
export const refusal = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => '',
    (error: unknown) => (error instanceof Error ? error.message : 'something that is no Error')
  )

export const text = (words: string) => ({ type: 'text', text: words }) as const

export const says = ({ play }: Played, user: string, words: string) =>
  play({ type: 'userSays', user, message: text(words) })

export async function newUser({ live }: Played, name: string): Promise<string> {
  const { user } = await live.act({ type: 'addUser', name, email: `${name.toLowerCase()}@example.com` })
  return found(user, 'id of the new user')
}

export const userOf = ({ known }: Played, id: string): User =>
  found(
    known().view.users.find((one) => one.id === id),
    'user'
  )

/** The latest chat of an end user. */
export function chatOf(page: Played, user: string): DeskChat {
  const { email } = userOf(page, user)
  return found(
    page.known().view.chats.findLast(({ contact }) => contact.email === email),
    'chat'
  )
}

export const lastStep = ({ known }: Played): Step => found(known().steps.at(-1), 'step')

export const callsOf = ({ known }: Played, step: Step) => known().calls.filter((call) => call.step === step.id)

/** Somebody new asks for a human and waits. */
export async function waiting(page: Played, name: string): Promise<Session> {
  const [agent, other] = page.known().view.agents
  const user = await newUser(page, name)
  await page.play({ type: 'userAsksForHuman', user })
  const { key: chat } = chatOf(page, user)
  return { user, chat, agent: found(agent, 'agent').id, other: found(other, 'agent').id }
}

/** Somebody new is with an agent, for longer than anything of a young session is held back. */
export async function talking(page: Played, name: string): Promise<Session> {
  const session = await waiting(page, name)
  await page.play({ type: 'agentTakes', chat: session.chat, agent: session.agent })
  await page.play({ type: 'moveClock', ms: 61_000 })
  return session
}

const worded = (items: readonly { message: { type: string } }[]): string[] =>
  items.map(({ message }) => ('text' in message ? String(message.text) : message.type))

/** What the end user was shown, from whom it came. */
export const shown = (page: Played, user: string, from: string): string[] =>
  worded(userOf(page, user).items.filter((item) => item.from === from))

/** What the agents' app shows of a kind in a chat. */
export const entries = ({ known }: Played, key: string, kind: string): string[] =>
  (known().view.chats.find((chat) => chat.key === key)?.entries ?? [])
    .filter((entry) => entry.kind === kind)
    .map((entry) => entry.text ?? entry.file?.name ?? '')

export function found<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`There is no ${what}`)
  return value
}

export const PICTURE = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64'
)
