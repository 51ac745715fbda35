import { traced } from '@hitl/emulator'
import type { Desk, DeskAgent } from '@hitl/sandbox/desk'
import { Person } from '@hitl/sandbox/person'
import type { OpenStage, SandboxProvider } from '@hitl/sandbox/providers'
import { bundleOf } from '@hitl/sandbox/stage'
import type { QuickTime } from '../quick-time'
import { Fleet } from './fleet'
import { words } from './words'

/** Names the calls that belong to the step under test. */
export const STEP = 'step under test'
/** Names the faults that are on during the step. */
export const FAULT = 'fault of the step'

/** In the first 4 s of a session events are held back. In ms. */
const YOUNG_MS = 5_000
/** After that long an instance looks at a session no more closely than at any other. In ms. */
const MATURE_MS = 60_000
/** More than three attempts of any provider's webhook take, in steps that leave nobody behind. In ms. */
const AFTERMATH_MS: readonly number[] = [
  ...Array.from({ length: 13 }, () => 5_000),
  ...Array.from({ length: 14 }, () => 30_000),
]

/**
 * Two users and two agents around one installation. Ana and Anna are who the step is about; Bob and Ben talk beside them
 * and must not notice anything.
 */
export class Scene {
  readonly stage: OpenStage['stage']
  readonly desk: Desk
  readonly fleet: Fleet
  readonly ana: Person
  readonly bob: Person
  readonly #time: QuickTime
  #chats = 0
  #escalations = 0

  private constructor({ stage, desk }: OpenStage, name: string, time: QuickTime) {
    this.stage = stage
    this.desk = desk
    this.#time = time
    const { emulator, installation } = stage
    const { faults, botpress } = emulator
    this.fleet = new Fleet(bundleOf(name), botpress.env, (instance) =>
      faults.add({ instance, times: Number.POSITIVE_INFINITY, fault: { kind: 'hang' } })
    )
    installation.run(this.fleet.invoke)
    const person = (called: string, email: string) =>
      new Person(botpress.endUser({ name: called, email, installation }), email, desk)
    this.ana = person('Ana', 'ana@example.com')
    this.bob = person('Bob', 'bob@example.com')
  }

  /** @param provider whose bundle has to be built */
  static async open(provider: SandboxProvider, time: QuickTime): Promise<Scene> {
    return new Scene(await provider.open({ instances: 'module' }), provider.name, time)
  }

  /** Calls that nobody answers for, as far as instances of this run have made them. */
  unlisted(): string[] {
    const { journal, unlisted } = this.emulator
    const refused = journal.entries.filter(({ kind, label, trace }) => {
      const isRefusal = kind === 'note' && label.startsWith('refused host')
      return isRefusal && this.fleet.has(trace?.instance)
    })
    const routes = unlisted.filter((label) => !label.endsWith('(refused host)'))
    return [...routes, ...refused.map(({ label }) => label)]
  }

  /** How often Ana has asked for a human. */
  get escalations(): number {
    return this.#escalations
  }

  get anna(): DeskAgent {
    return this.desk.agents[0]
  }

  get ben(): DeskAgent {
    return this.desk.agents[1]
  }

  get emulator(): OpenStage['stage']['emulator'] {
    return this.stage.emulator
  }

  /** Everything `act` brings about belongs to the step under test. */
  step<T>(act: () => Promise<T> | T): Promise<T> {
    return traced({ step: STEP }, async () => act())
  }

  settled(): Promise<void> {
    return this.emulator.settled()
  }

  /** Lets time pass for everybody; whatever becomes due meanwhile is done. */
  async pass(ms: number): Promise<void> {
    await this.settled()
    this.#time.shift(ms)
    await this.emulator.clock.advance(0)
    await this.settled()
  }

  /** Until providers have delivered again what was refused. */
  async aftermath(): Promise<void> {
    for (const ms of AFTERMATH_MS) await this.pass(ms)
  }

  /** Chats that a start has left behind hold nothing that the user said: what stands in them is the hand-over. */
  forgetLeftovers(): void {
    const { handedOver, openings, threads } = this.ana
    for (const { key, messages } of threads) {
      if (!handedOver.has(key)) openings.set(key, messages.filter(({ from }) => from === 'contact').length)
    }
  }

  grown = (): Promise<void> => this.pass(YOUNG_MS)
  mature = (): Promise<void> => this.pass(MATURE_MS)

  /** Words with the bot, which are handed over later. */
  async chat(person: Person): Promise<void> {
    const time = ++this.#chats
    await person.user.say(words(`I need help, says ${person.name} (${time}).`))
    person.user.botSays(words(`Have you tried to switch it off and on again (${time})?`))
    await person.user.say(words(`${person.name} has tried that (${time}).`))
  }

  async escalate(person: Person): Promise<void> {
    if (person === this.ana) this.#escalations += 1
    await person.escalate({ title: words(`Help for ${person.name}`), description: words('It is urgent') })
  }

  async join(person: Person, agent: DeskAgent): Promise<void> {
    person.expected.assignments += 1
    this.desk.join(person.thread, agent)
    await this.settled()
  }

  async close(person: Person, agent: DeskAgent): Promise<void> {
    person.expected.closings += 1
    this.desk.close(person.thread, agent)
    await this.settled()
  }

  /** A session under way: an agent has joined, and both have spoken. */
  async talk(person: Person, agent: DeskAgent): Promise<void> {
    await this.chat(person)
    await this.escalate(person)
    await this.join(person, agent)
    await this.grown()
    this.desk.write(person.thread, agent, words(`Hello ${person.name}, this is ${agent.name}.`))
    await this.settled()
    await person.say(words(`Hello ${agent.name}, this is ${person.name}.`))
    await this.settled()
  }

  /** One message each way. */
  async exchange(person: Person, when: string): Promise<void> {
    const agent = this.inCharge(person)
    this.desk.write(person.thread, agent, words(`${agent.name} to ${person.name}, ${when}`))
    await this.settled()
    await person.say(words(`${person.name} to ${agent.name}, ${when}`))
    await this.settled()
  }

  inCharge({ thread }: Person): DeskAgent {
    return this.desk.agents.find(({ id }) => thread.agents.includes(id)) ?? this.anna
  }
}
