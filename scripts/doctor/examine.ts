import type { Doctor, TrialStep } from '../../packages/hitl-core/src/doctor'
import type { Screen } from './screen'

export type Outcome = 'passed' | 'failed' | 'left out' | 'not run' | 'not seen'
export type Result = { title: string; outcome: Outcome; isConclusive: boolean }

export const MARKS: Readonly<Record<Outcome, string>> = {
  passed: '✓',
  failed: '✗',
  'left out': '–',
  'not run': '–',
  'not seen': '–',
}

/** @param hasAddress whether the real address of the installation is known */
export async function examine(
  { explain }: Pick<Doctor, 'explain'>,
  steps: readonly TrialStep[],
  hasAddress: boolean,
  screen: Screen
): Promise<Result[]> {
  const outcomes = new Map<string, Outcome>()
  const results: Result[] = []
  for (const step of steps) {
    const isConclusive = hasAddress || !step.namesAddress
    const { outcome, lines } = withoutRun(steps, step, outcomes) ?? (await run(explain, step, isConclusive, screen))
    outcomes.set(step.name, outcome)
    const [first, ...more] = lines
    screen.line(`${MARKS[outcome]} ${step.title}: ${first}`)
    for (const line of more) screen.line(`    ${line}`)
    results.push({ title: step.title, outcome, isConclusive })
  }
  return results
}

type Told = { outcome: Outcome; lines: readonly string[] }

function withoutRun(
  steps: readonly TrialStep[],
  { isUnconnected, after }: TrialStep,
  outcomes: ReadonlyMap<string, Outcome>
): Told | undefined {
  if (isUnconnected) {
    const why = 'left out: the setting "refreshToken" is empty, so the account is to be connected in the browser'
    return { outcome: 'left out', lines: [why] }
  }
  const before = steps.filter(({ name }) => after.includes(name) && outcomes.get(name) !== 'passed')
  if (before.length === 0) return undefined
  if (before.every(({ name }) => outcomes.get(name) === 'left out')) {
    return { outcome: 'left out', lines: ['left out: it needs the connection'] }
  }
  const titles = before.map(({ title }) => `"${title}"`).join(', ')
  return { outcome: 'not run', lines: [`not run: it needs ${titles}`] }
}

async function run(explain: Doctor['explain'], step: TrialStep, isConclusive: boolean, screen: Screen): Promise<Told> {
  screen.line(`… ${step.title}${step.cost ? ` (${step.cost})` : ''}`)
  const doubt = isConclusive ? [] : [NOT_CONCLUSIVE]
  try {
    const found = (await step.run()) ?? {}
    const notice = found['notice'] === undefined ? [] : [found['notice']]
    return { outcome: 'passed', lines: [step.describe(found), ...notice, ...doubt] }
  } catch (error) {
    const sentence = explain(error)
    if (sentence === undefined) throw error
    return step.mayLack(error)
      ? { outcome: 'not seen', lines: ['could not be seen', sentence, GOES_ON, ...doubt] }
      : { outcome: 'failed', lines: ['failed', sentence, ...doubt] }
  }
}

const GOES_ON = 'Registration goes on without it, and tells what to do by hand.'
const NOT_CONCLUSIVE = 'Not conclusive: it was tried with the placeholder address. Give --webhook-url for the real one.'
