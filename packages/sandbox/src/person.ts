import type { EndUser } from '@hitl/emulator'
import type { Desk, DeskThread } from './desk'

export type Escalation = { title: string; description: string }

/** Something an end user wrote while an agent was to read it. Either a text or the bytes of a file. */
export type Said = { text: string } | { bytes: Uint8Array; url: string }

/** The plugin hands over the latest 20 messages, its own notices included. */
const HISTORY_CHECKED = 15

/** An end user together with what we have to know to check afterwards that nothing was lost. */
export class Person {
  readonly said: Said[] = []
  /** What an agent has to find at the head of each thread, by thread key. */
  readonly handedOver = new Map<string, readonly string[]>()
  /** How many messages at the head of each thread are the hand-over, by thread key. */
  readonly openings = new Map<string, number>()
  /** Agents who took over, and sessions closed by agents: each has to be told to the user once. */
  expected = { assignments: 0, closings: 0 }

  constructor(
    readonly user: EndUser,
    readonly email: string,
    readonly desk: Desk
  ) {}

  get name(): string {
    return this.user.name
  }

  get threads(): readonly DeskThread[] {
    return this.desk.threads().filter(({ contact }) => contact === this.email)
  }

  /** The thread of the latest session. */
  get thread(): DeskThread {
    const thread = this.threads.at(-1)
    if (!thread) throw new Error(`${this.name} has no thread with an agent`)
    return thread
  }

  async say(text: string): Promise<void> {
    if (this.user.hitlActive) this.said.push({ text })
    await this.user.say(text)
  }

  async sendImage(imageUrl: string, title: string, bytes: Uint8Array): Promise<void> {
    if (this.user.hitlActive) this.said.push({ bytes, url: imageUrl })
    await this.user.send({ type: 'image', payload: { imageUrl, title } })
  }

  async escalate({ title, description }: Escalation): Promise<void> {
    const spoken = this.user.transcript
      .slice(-HISTORY_CHECKED)
      .flatMap(({ from, type, payload }) =>
        (from === 'user' || from === 'bot') && type === 'text' ? [String(payload['text'])] : []
      )
    await this.user.escalate({ title, description })
    const { key, messages } = this.thread
    this.handedOver.set(key, [title, description, ...spoken])
    this.openings.set(key, messages.filter(({ from }) => from === 'contact').length)
  }
}
