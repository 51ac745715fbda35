import { setTimeout as sleep } from 'node:timers/promises'
import { type Budget, budgetOf, budgets, type StepName, type Temperature } from './budgets'
import { type Counts, callsOf, countCalls, isWithin } from './counts'
import type { Desk, DeskAgent, DeskFile } from './desk'
import type { Check } from './ledger'
import type { Narrator } from './narrator'
import { Person } from './person'
import type { OpenStage } from './providers/index'

/** `real`: time passes as it does outside. `moved`: the emulated clock jumps, which is what tests want. */
export type Pace = 'real' | 'moved'

/** One measured step. A step without a name belongs to no row of the table. */
export type StepResult = { name: StepName | undefined; title: string; counts: Counts; budget: Budget; ok: boolean }

export type StepHook = (name: StepName | undefined, play: Play) => Promise<void> | void

export type PlayOptions = {
  narrator: Narrator
  pace: Pace
  beforeStep?: StepHook
  afterStep?: StepHook
  /** Which column of the budgets applies; `none` while something goes wrong, since repeated calls are the point then. */
  temperature?: Temperature | 'none'
}

/** In the first 4 s the integration holds events of a session back; the plugin would drop them. */
const YOUNG_SESSION_MS = 4_600
const LAST_WORDS_MS = 2_100

/** A stage with people on it: every action is one step that is told, counted and remembered. */
export class Play {
  readonly steps: StepResult[] = []
  readonly people: Person[] = []
  /** What a script has found out by itself. */
  readonly findings: Check[] = []
  readonly desk: Desk
  readonly stage: OpenStage['stage']
  readonly #options: PlayOptions

  constructor({ stage, desk }: OpenStage, options: PlayOptions) {
    this.stage = stage
    this.desk = desk
    this.#options = options
  }

  get emulator(): OpenStage['stage']['emulator'] {
    return this.stage.emulator
  }

  get narrator(): Narrator {
    return this.#options.narrator
  }

  person(name: string, email: string): Person {
    const user = this.emulator.botpress.endUser({ name, email, installation: this.stage.installation })
    const person = new Person(user, email, this.desk)
    this.people.push(person)
    return person
  }

  async step(name: StepName | undefined, title: string, act: () => Promise<unknown> | unknown): Promise<void> {
    const { narrator, pace, beforeStep, afterStep } = this.#options
    await beforeStep?.(name, this)
    const { journal, clock } = this.emulator
    narrator.step(title)
    const mark = journal.mark()
    await act()
    await this.emulator.settled()
    await afterStep?.(name, this)
    if (pace === 'moved') await clock.advance(YOUNG_SESSION_MS)
    await this.emulator.settled()
    const entries = journal.since(mark)
    narrator.calls(entries)
    narrator.seen(this.people)
    // The first escalation of a user makes the user as well; the table counts that apart.
    const isStart = name === 'startHitl' || name === 'startHitlAgain'
    if (isStart && callsOf(entries, 'createUser').length > 0)
      this.#count('createUser', title, callsOf(entries, 'createUser'))
    this.#count(name, title, isStart ? callsOf(entries, 'startHitl') : entries)
  }

  /** Lets time pass, by the clock on the wall or by the emulated one. */
  async pass(ms: number, why: string): Promise<void> {
    if (this.#options.pace === 'real') {
      this.narrator.note(`${(ms / 1000).toFixed(1)} s pass: ${why}`)
      await sleep(ms)
    } else {
      await this.emulator.clock.advance(ms)
    }
    await this.emulator.settled()
    this.narrator.seen(this.people)
  }

  async escalate(person: Person, title: string, description: string): Promise<void> {
    const step: StepName = person.threads.length > 0 ? 'startHitlAgain' : 'startHitl'
    await this.step(step, `${person.name} asks for a human: "${title}"`, () => person.escalate({ title, description }))
  }

  async join(person: Person, agent: DeskAgent): Promise<void> {
    person.expected.assignments += 1
    await this.step('agentAssigned', `${agent.name} takes the chat`, () => this.desk.join(person.thread, agent))
    await this.pass(YOUNG_SESSION_MS, 'the HITL plugin drops what it hears in the first moments of a session')
  }

  async write(person: Person, agent: DeskAgent, text: string): Promise<void> {
    const isNew = !person.user.transcript.some(({ from, agentName }) => from === 'agent' && agentName === agent.name)
    const step: StepName = isNew ? 'agentMessageUnseen' : 'agentMessage'
    await this.step(step, `${agent.name} writes: "${text}"`, () => this.desk.write(person.thread, agent, text))
  }

  async sendFile(person: Person, agent: DeskAgent, file: DeskFile): Promise<void> {
    await this.step('agentMessage', `${agent.name} sends ${file.name}`, () =>
      this.desk.sendFile(person.thread, agent, file)
    )
  }

  async say(person: Person, text: string): Promise<void> {
    await this.step(person.user.hitlActive ? 'userText' : undefined, `${person.name} writes: "${text}"`, () =>
      person.say(text)
    )
  }

  async sendImage(person: Person, name: string, bytes: Uint8Array): Promise<void> {
    const url = this.emulator.files.put(name, bytes, 'image/png')
    await this.step('userImage', `${person.name} sends ${name}`, () => person.sendImage(url, name, bytes))
  }

  async transfer(person: Person, from: DeskAgent, to: DeskAgent): Promise<void> {
    person.expected.assignments += 1
    await this.step('agentChanged', `${from.name} transfers the chat to ${to.name}`, () =>
      this.desk.transfer(person.thread, from, to)
    )
  }

  async close(person: Person, agent: DeskAgent): Promise<void> {
    person.expected.closings += 1
    await this.step('closed', `${agent.name} closes the chat`, () => this.desk.close(person.thread, agent))
    await this.pass(LAST_WORDS_MS, 'the end is told a little later, so that last words still find the session open')
  }

  async end(person: Person): Promise<void> {
    await this.step('stopHitl', `${person.name} ends the session with /end`, () => person.user.end())
  }

  #count(name: StepName | undefined, title: string, entries: Parameters<typeof countCalls>[0]): void {
    if (name === undefined) return
    const counts = countCalls(entries)
    const { temperature = 'warm' } = this.#options
    const budget = temperature === 'none' ? {} : budgetOf(name, temperature, this.stage.provider.name)
    const result = { name, title, counts, budget, ok: isWithin(counts, budget) }
    this.steps.push(result)
    this.narrator.counts(budgets[name].title, counts, budget)
  }
}
