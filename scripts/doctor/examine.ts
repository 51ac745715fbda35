import type { Check, CheckSheet } from '../../packages/hitl-core/src/check'
import { HitlError } from '../../packages/hitl-core/src/errors'
import type { Doctor } from './doctors'
import type { OpenChecks } from './open-checks'
import type { Screen } from './screen'

export type Outcome = 'passed' | 'failed' | 'left out' | 'not run' | 'not seen'
export type Result = { title: string; outcome: Outcome; isConclusive: boolean }

export const sheetOf = ({ sheets }: Doctor, { name }: Check): CheckSheet<unknown> => {
  const sheet = sheets[name]
  if (!sheet) throw new Error(`The check "${name}" has no sheet in doctor.ts.`)
  return sheet
}

/** Whether an account is to be connected in the browser, after the installation. */
export const isUnconnected = ({ connection }: Doctor, config: unknown): boolean =>
  connection !== undefined && !connection.isPasted(config)

export const MARKS: Readonly<Record<Outcome, string>> = {
  passed: '✓',
  failed: '✗',
  'left out': '–',
  'not run': '–',
  'not seen': '–',
}

/** @param hasAddress whether the real address of the installation is known */
export async function examine(
  doctor: Doctor,
  { config, checks }: OpenChecks,
  hasAddress: boolean,
  screen: Screen
): Promise<Result[]> {
  const outcomes = new Map<string, Outcome>()
  const results: Result[] = []
  for (const check of checks) {
    const sheet = sheetOf(doctor, check)
    const isConclusive = hasAddress || !sheet.namesAddress
    const { outcome, lines } =
      withoutRun(doctor, config, check, outcomes) ?? (await run(doctor, check, isConclusive, screen))
    outcomes.set(check.name, outcome)
    const [first, ...more] = lines
    screen.line(`${MARKS[outcome]} ${sheet.title}: ${first}`)
    for (const line of more) screen.line(`    ${line}`)
    results.push({ title: sheet.title, outcome, isConclusive })
  }
  return results
}

type Told = { outcome: Outcome; lines: readonly string[] }

function withoutRun(
  doctor: Doctor,
  config: unknown,
  check: Check,
  outcomes: ReadonlyMap<string, Outcome>
): Told | undefined {
  if (doctor.connection?.check === check.name && isUnconnected(doctor, config)) {
    const why = 'left out: the setting "refreshToken" is empty, so the account is to be connected in the browser'
    return { outcome: 'left out', lines: [why] }
  }
  const { after = [] } = sheetOf(doctor, check)
  const before = after.filter((name) => outcomes.get(name) !== 'passed')
  if (before.length === 0) return undefined
  const isLeftOut = before.every((name) => outcomes.get(name) === 'left out')
  const titles = before.map((name) => `"${sheetOf(doctor, { ...check, name }).title}"`).join(', ')
  return isLeftOut
    ? { outcome: 'left out', lines: ['left out: it needs the connection'] }
    : { outcome: 'not run', lines: [`not run: it needs ${titles}`] }
}

async function run(doctor: Doctor, check: Check, isConclusive: boolean, screen: Screen): Promise<Told> {
  const sheet = sheetOf(doctor, check)
  screen.line(`… ${sheet.title}${sheet.cost ? ` (${sheet.cost})` : ''}`)
  const doubt = isConclusive ? [] : [NOT_CONCLUSIVE]
  try {
    const found = (await check.run()) ?? {}
    const notice = found['notice'] === undefined ? [] : [found['notice']]
    return { outcome: 'passed', lines: [sheet.describe(found), ...notice, ...doubt] }
  } catch (error) {
    if (!(error instanceof HitlError)) throw error
    if (doctor.mayLack?.(check.name, error)) {
      const how = 'Registration goes on without it, and tells what to do by hand.'
      return { outcome: 'not seen', lines: ['could not be seen', error.message, how, ...doubt] }
    }
    return { outcome: 'failed', lines: ['failed', error.message, ...doubt] }
  }
}

const NOT_CONCLUSIVE = 'Not conclusive: it was tried with the placeholder address. Give --webhook-url for the real one.'
