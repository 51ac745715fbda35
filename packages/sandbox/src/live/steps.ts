import type { JournalEntry } from '@hitl/emulator'
import type { Step } from '@hitl/sandbox-page/protocol'
import { budgetOf, budgets, type StepName, type Temperature } from '../budgets'
import { type Counts, countCalls, isWithin } from '../counts'

/** How many steps are remembered; the oldest go first. */
const MOST_STEPS = 2_000

/** What a step is called and compared with. */
export type StepPlan = {
  title: string
  users: readonly string[]
  /** The row of the table; absent where the table has none, or where it says nothing for this moment. */
  name?: StepName
  temperature?: Temperature | undefined
  faults: readonly string[]
  /** Why the budget does not apply. */
  unbudgeted?: string | undefined
}

type Tracked = { step: Step; name?: StepName; hasToken?: boolean }

const FAULTS_ARE_ON = 'faults are switched on'
const IS_YOUNG = 'the session is too young'
const TOKEN_WAS_RENEWED = 'an access token was renewed'

/** Every step since the start, each with the calls that followed from it, however late and beside whichever others. */
export class Steps {
  readonly #provider: string
  /** Part of the label of the call that gives out access tokens. */
  #tokenCall: string | undefined
  readonly #tracked = new Map<string, Tracked>()
  readonly #changed = new Set<string>()
  #count: number

  constructor(provider: string, saved: readonly Step[] = []) {
    this.#provider = provider
    this.#count = saved.length
    // What was under way when the state was saved ended with the program.
    for (const step of saved) this.#tracked.set(step.id, { step: { ...step, running: false } })
  }

  get all(): readonly Step[] {
    return [...this.#tracked.values()].map(({ step }) => step)
  }

  usersOf(id: string | undefined): readonly string[] {
    return (id === undefined ? undefined : this.#tracked.get(id)?.step.users) ?? []
  }

  begin(plan: StepPlan, at: number): string {
    const { title, users, faults, name } = plan
    const id = `step-${++this.#count}-${at}`
    const counts = { vendor: 0, botpress: 0, media: 0 }
    const step: Step = { id, at, title, users, faults, counts, running: true, ...this.#budgetFor(plan) }
    this.#tracked.set(id, { step, ...(name ? { name } : {}) })
    this.#changed.add(id)
    this.#forgetOldest()
    return id
  }

  /** @param error what the person who did it was told */
  end(id: string, error?: string): void {
    this.#change(id, ({ step }) =>
      error === undefined ? { ...step, running: false } : { ...without(step, step.counts), running: false, error }
    )
  }

  record(entry: JournalEntry): void {
    if (!entry.trace) return
    this.#change(entry.trace.step, (tracked) => {
      const { step, name } = tracked
      const counts = isCounted(entry, name) ? sum(step.counts, countCalls([entry])) : step.counts
      tracked.hasToken ||= this.#isTokenCall(entry)
      if (!step.budget) return { ...step, counts }
      const kept = isWithin(counts, step.budget)
      // The table speaks of calls with a valid token; tokens live for an hour or a day.
      if (!kept && tracked.hasToken) return without(step, counts, TOKEN_WAS_RENEWED)
      return { ...step, counts, budget: { ...step.budget, kept } }
    })
  }

  /** Where it is known. */
  set tokenCall(label: string) {
    this.#tokenCall = label
  }

  /** The steps that have changed since this was last asked. */
  takeChanged(): Step[] {
    const changed = [...this.#changed].flatMap((id) => this.#tracked.get(id)?.step ?? [])
    this.#changed.clear()
    return changed
  }

  #budgetFor({ name, temperature, faults, unbudgeted }: StepPlan): Pick<Step, 'budget' | 'unbudgeted'> {
    const limits = name ? budgetOf(name, temperature ?? 'warm', this.#provider) : {}
    if (!name || (limits.vendor === undefined && limits.botpress === undefined)) return {}
    if (unbudgeted !== undefined) return { unbudgeted }
    if (faults.length > 0) return { unbudgeted: FAULTS_ARE_ON }
    if (!temperature) return { unbudgeted: IS_YOUNG }
    return { budget: { title: budgets[name].title, temperature, ...limits, kept: true } }
  }

  #isTokenCall({ kind, label }: JournalEntry): boolean {
    return kind === 'vendor' && this.#tokenCall !== undefined && label.includes(this.#tokenCall)
  }

  #change(id: string, change: (tracked: Tracked) => Step): void {
    const tracked = this.#tracked.get(id)
    if (!tracked) return
    tracked.step = change(tracked)
    this.#changed.add(id)
  }

  #forgetOldest(): void {
    const [oldest] = this.#tracked.keys()
    if (this.#tracked.size > MOST_STEPS && oldest !== undefined) this.#tracked.delete(oldest)
  }
}

const sum = (a: Counts, b: Counts): Counts => ({
  vendor: a.vendor + b.vendor,
  botpress: a.botpress + b.botpress,
  media: a.media + b.media,
})

function without({ budget: _budget, ...step }: Step, counts: Counts, unbudgeted?: string): Step {
  return { ...step, counts, ...(unbudgeted === undefined ? {} : { unbudgeted }) }
}

/** The first hand-over of a user makes the user as well, which the table counts apart. */
function isCounted({ trace }: JournalEntry, name: StepName | undefined): boolean {
  const isStart = name === 'startHitl' || name === 'startHitlAgain'
  return !isStart || trace?.operation?.endsWith('createUser') !== true
}
