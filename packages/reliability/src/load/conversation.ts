import { setTimeout as sleep } from 'node:timers/promises'
import type { DeskAgent } from '@hitl/sandbox/desk'
import { Person } from '@hitl/sandbox/person'
import { isAgentMessage, isInvoked, isNotice } from './arrivals'
import { agentFile, userPicture } from './attachments'
import { type Random, randomFrom } from './random'
import { act, actAlone, type Scene } from './scene'
import { countReason } from './tally'

/** A person who is refused tries again, a little later each time. In ms. */
const WAITS_MS = [300, 1_000, 3_000, 8_000, 15_000, 30_000]
/** Between two messages of one side, at most. In ms. */
const THINKS_MS = 400
const MEDIA_PERCENT = 3
const TRANSFER_PERCENT = 2

/** One user and the agents who answer, from the first word to the end. */
export class Conversation {
  readonly person: Person
  /** What went wrong besides what the ledger finds, in words. */
  readonly problems: string[] = []
  /** Texts that failed with an error, and must not have reached the agent. */
  readonly refusedTexts: string[] = []
  /** In which an agent took over. */
  readonly assigningSteps: string[] = []
  readonly #scene: Scene
  readonly #random: (what: string) => Random
  #agent: DeskAgent
  #other: DeskAgent
  #threadKey = ''
  /** Resolves when the user has heard of the latest change of agent. */
  #hearing: Promise<void> = Promise.resolve()

  constructor(scene: Scene, name: string, seed: number, desk = scene.desk) {
    this.#scene = scene
    this.#random = (what) => randomFrom(seed, `${name} ${what}`)
    const email = `${name.toLowerCase().replaceAll(' ', '-')}@example.com`
    const user = scene.emulator.botpress.endUser({ name, email, installation: scene.installation })
    this.person = new Person(user, email, desk)
    const [first, second] = desk.agents
    const isFirst = this.#random('agent').inHundred(50)
    this.#agent = isFirst ? first : second
    this.#other = isFirst ? second : first
  }

  get name(): string {
    return this.person.name
  }

  /** The user asks for a human, and an agent takes the chat. */
  async begin(): Promise<void> {
    const { person } = this
    const random = this.#random('begin')
    await sleep(random.share() * this.#scene.spreadMs)
    await person.say(`Hello, this is ${this.name}.`)
    person.user.botSays(`How can I help, ${this.name}?`)
    const title = `Question of ${this.name}`
    await this.#insist('startsRepeated', async (attempt) => {
      await person.say(`I need a human, please (${attempt}).`)
      await actAlone(this.#scene, 'start', () => person.escalate({ title, description: `${this.name} is waiting.` }))
    })
    this.#threadKey = person.thread.key
    await this.#told('join', () => this.#scene.desk.join({ key: this.#threadKey }, this.#agent))
  }

  /** Both sides write, each at a pace of its own. */
  async talk(messagesEach: number): Promise<void> {
    await Promise.all([this.#userTalks(messagesEach), this.#agentsTalk(messagesEach)])
  }

  async end(): Promise<void> {
    const random = this.#random('end')
    const { installation, desk } = this.#scene
    await sleep(random.share() * this.#scene.spreadMs)
    await this.#hearing
    if (!this.person.user.hitlActive) return void this.problems.push('the session has ended before its time')
    if (random.inHundred(50)) {
      this.person.expected.closings += 1
      const stopped = isNotice(this.#scene.emulator.botpress.settings.stoppedText)
      const { shown } = await act(this.#scene, 'close', stopped, () =>
        desk.close({ key: this.#threadKey }, this.#agent)
      )
      if (!(await shown)) this.problems.push('the user was never told that the agent has ended the session')
      return
    }
    const { user } = this.person
    const conversationId = user.downstreamConversationId ?? ''
    await this.#insist('stopsRepeated', (attempt) =>
      // The plugin takes its session for ended at once, so what failed is repeated without it.
      actAlone(this.#scene, 'stop', () =>
        attempt === 1 ? user.end() : installation.action('stopHitl', { conversationId })
      )
    )
  }

  async #userTalks(count: number): Promise<void> {
    const random = this.#random('user')
    for (let index = 1; index <= count; index += 1) {
      await sleep(random.share() * THINKS_MS)
      if (!(await this.#userWrites(index, random.inHundred(MEDIA_PERCENT)))) return
    }
  }

  /** Until it is through. False when there is nobody to write to any more. */
  async #userWrites(index: number, isPicture: boolean): Promise<boolean> {
    const { person } = this
    const { tally } = this.#scene
    for (const [attempt, waitMs] of WAITS_MS.entries()) {
      if (!person.user.hitlActive) return this.#lost('the session has ended before its time')
      const text = `${this.name}, message ${index}${attempt === 0 ? '' : `, attempt ${attempt + 1}`}`
      const { shown } = await act(this.#scene, 'user', isInvoked, () =>
        isPicture ? this.#sendPicture(text) : person.say(text)
      )
      const outcome = await shown
      if (!outcome) return this.#lost(`what became of "${text}" was never known`)
      if (outcome.entry.status === 200) {
        tally.arrived.user += 1
        tally.arrivalMs.user.push(outcome.afterMs)
        if (isPicture) tally.media += 1
        return true
      }
      tally.refused += 1
      countReason(tally, reasonOf(outcome.entry.response))
      person.said.pop()
      this.refusedTexts.push(text)
      await sleep(waitMs)
    }
    return this.#lost(`message ${index} was refused ${WAITS_MS.length} times`)
  }

  #sendPicture(title: string): Promise<void> {
    const { name, bytes } = userPicture(title)
    const url = this.#scene.emulator.files.put(name, bytes, 'image/png')
    return this.person.sendImage(url, title, bytes)
  }

  async #agentsTalk(count: number): Promise<void> {
    const random = this.#random('agents')
    const { desk, tally } = this.#scene
    const thread = { key: this.#threadKey }
    for (let index = 1; index <= count; index += 1) {
      await sleep(random.share() * THINKS_MS)
      if (random.inHundred(TRANSFER_PERCENT)) await this.#transfer()
      const text = `${this.#agent.name} to ${this.name}, message ${index}`
      const isFile = random.inHundred(MEDIA_PERCENT)
      const { shown } = await act(this.#scene, 'agent', isAgentMessage, () =>
        isFile ? desk.sendFile(thread, this.#agent, agentFile(text)) : desk.write(thread, this.#agent, text)
      )
      const outcome = await shown
      if (!outcome) return void this.problems.push(`"${text}" has not arrived in time`)
      tally.arrivalMs.agent.push(outcome.afterMs)
      tally.arrived.agent += 1
      if (isFile) tally.media += 1
    }
  }

  async #transfer(): Promise<void> {
    await this.#hearing
    const [from, to] = [this.#agent, this.#other]
    this.#agent = to
    this.#other = from
    this.#scene.tally.transfers += 1
    await this.#told('transfer', () => this.#scene.desk.transfer({ key: this.#threadKey }, from, to))
  }

  /** An agent takes over. That the user hears of it may take longer than the next words. */
  async #told(kind: 'join' | 'transfer', run: () => void): Promise<void> {
    this.person.expected.assignments += 1
    const told = isNotice(this.#scene.emulator.botpress.settings.agentAssignedText)
    const { step, shown } = await act(this.#scene, kind, told, run)
    this.assigningSteps.push(step)
    this.#hearing = shown.then((outcome) => {
      if (!outcome) this.problems.push(`the user was never told of a ${kind}`)
    })
  }

  async #insist(what: 'startsRepeated' | 'stopsRepeated', run: (attempt: number) => Promise<void>): Promise<void> {
    for (const [index, waitMs] of WAITS_MS.entries()) {
      try {
        return await run(index + 1)
      } catch (error) {
        this.#scene.tally[what] += 1
        countReason(this.#scene.tally, error instanceof Error ? error.message : String(error))
        if (index === WAITS_MS.length - 1) throw error
        await sleep(waitMs)
      }
    }
  }

  #lost(problem: string): false {
    this.problems.push(problem)
    return false
  }
}

const reasonOf = (response: unknown): string =>
  typeof response === 'object' && response !== null && 'message' in response ? String(response.message) : 'no reason'
