import type { Outcome, Result } from './examine'

/** The last sentence, and whether nothing is wrong. */
export function summarize(name: string, results: readonly Result[]): { sentence: string; isWell: boolean } {
  const count = (outcome: Outcome) => results.filter((one) => one.outcome === outcome).length
  const failed = count('failed')
  const more = (['not run', 'left out', 'not seen'] as const).flatMap((outcome) =>
    count(outcome) > 0 ? [`${count(outcome)} ${WORDS[outcome]}`] : []
  )
  const counted = [`${count('passed')} of ${results.length} checks passed`, ...more].join(', ')
  const isWell = failed === 0
  const connect =
    count('left out') > 0
      ? ' Connect the account in the browser after the deployment: saving the settings answers with the address to open.'
      : ''
  const doubtful = results.filter(
    ({ isConclusive, outcome }) => !isConclusive && !['not run', 'left out'].includes(outcome)
  )
  const doubt =
    doubtful.length > 0
      ? ` Not conclusive without --webhook-url: ${doubtful.map(({ title }) => title).join('; ')}.`
      : ''
  const start = isWell
    ? `Nothing is wrong with the settings of ${name}, as far as they were tried`
    : `${failed} ${failed === 1 ? 'check has' : 'checks have'} failed for ${name}; correct what is named above and try again`
  return { sentence: `${start}: ${counted}.${connect}${doubt}`, isWell }
}

const WORDS = { 'not run': 'not run', 'left out': 'left out', 'not seen': 'could not be seen' } as const
