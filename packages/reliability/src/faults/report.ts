import { type Cause, groups } from './causes'
import { verdicts, type Verdict } from './judge'
import type { Played } from './matrix'
import { type Reason, reasonOf } from './reasons'
import { type Step, steps } from './steps'

const SIGNS: Readonly<Record<Verdict, string>> = {
  once: '✓',
  failed: '!',
  stuck: 'STUCK',
  doubled: 'DOUBLED',
  misattributed: 'MISATTRIBUTED',
  lost: 'LOST',
}

export const MEANINGS: readonly (readonly [sign: string, meaning: string])[] = [
  [SIGNS.once, 'delivered once: both sides hold the same, in order, under the right names'],
  [SIGNS.failed, 'failed loudly: whoever waited was told, nothing is left half done, and the second try came through'],
  ['✓ !', 'the one in some runs, the other in the rest: a run hits one call of the step'],
  [SIGNS.lost, 'something is missing on one side although nobody was told'],
  [SIGNS.doubled, 'something came twice'],
  [SIGNS.misattributed, 'something came under another name, to another user, or in another order'],
  [SIGNS.stuck, 'a chat or a session stays open with nobody behind it, or cannot be gone on with'],
  ['–', 'cannot happen in this step'],
]

/** The matrix of one provider as Markdown. @param notes takes up the reasons that its signs refer to, in order */
export function matrixTable(runs: readonly Played[], notes: Reason[]): string {
  const played = steps.filter(({ name }) => runs.some(({ step }) => step === name))
  const head = ['', ...played.map(({ name }) => String(numberOf(name)))]
  const rows = groups.flatMap(({ title, causes }) => [
    [`**${title}**`, ...played.map(() => '')],
    ...causes.map((cause) => [cause.title, ...played.map((step) => cell(runs, step, cause, notes))]),
  ])
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

const numberOf = (name: string) => steps.findIndex((step) => step.name === name) + 1

export const stepList = (): string => steps.map(({ title }, index) => `${index + 1}. ${title}`).join('\n')

function cell(runs: readonly Played[], step: Step, cause: Cause, notes: Reason[]): string {
  const own = runs.filter((run) => run.step === step.name && run.cause === cause.name)
  const found = verdicts.filter((verdict) => own.some((run) => run.verdict === verdict))
  if (found.length === 0) return '–'
  const numbers = own.flatMap((run) => {
    const reason = reasonOf(run)
    if (!reason) return []
    if (!notes.includes(reason)) notes.push(reason)
    return [notes.indexOf(reason) + 1]
  })
  const marks = [...new Set(numbers)].toSorted((a, b) => a - b).map((number) => `[${number}]`)
  return [...found.map((verdict) => SIGNS[verdict]), ...marks].join(' ')
}

/** How many runs ended how, in one sentence. */
export function countText(runs: readonly Played[]): string {
  const counted = verdicts.flatMap((verdict) => {
    const count = runs.filter((run) => run.verdict === verdict).length
    return count > 0 ? [`${count} ${NOUNS[verdict]}`] : []
  })
  return `${runs.length} runs: ${counted.join(', ')}`
}

const NOUNS: Readonly<Record<Verdict, string>> = {
  once: 'delivered once',
  failed: 'failed loudly and repeatable',
  stuck: 'STUCK',
  doubled: 'DOUBLED',
  misattributed: 'MISATTRIBUTED',
  lost: 'LOST',
}
