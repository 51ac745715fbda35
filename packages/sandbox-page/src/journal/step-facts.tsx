import type { Step } from '../protocol'
import classes from './journal.module.css'

type Props = {
  step: Step
  vendor: string
  /** Whether one of its calls failed: then nothing was kept. */
  failed: boolean
}

/** What a step cost, compared with the table of budgets. */
export function StepFacts({ step, vendor, failed }: Props) {
  const { counts, budget, faults, running } = step
  const { kind, text } = verdictOf(step, failed)
  return (
    <p className={classes['counts']}>
      <Count name="Botpress" count={counts.botpress} limit={budget?.botpress} />
      <Count name={vendor} count={counts.vendor} limit={budget?.vendor} />
      {counts.media > 0 && <Count name="Media" count={counts.media} limit={undefined} />}
      {text && (
        <span className={classes['chip']} data-kind={kind} title={budget?.title}>
          {text}
        </span>
      )}
      {running && <span className={classes['running']}>running</span>}
      {faults.length > 0 && <span className={classes['faults']}>with faults: {faults.join(', ')}</span>}
    </p>
  )
}

type Verdict = { kind: 'kept' | 'over' | 'none'; text: string }

function verdictOf({ budget, unbudgeted }: Step, failed: boolean): Verdict {
  const isCompared = budget && (budget.vendor !== undefined || budget.botpress !== undefined)
  if (!isCompared) return { kind: 'none', text: unbudgeted ? `no budget: ${unbudgeted}` : '' }
  if (!budget.kept) return { kind: 'over', text: `over the ${budget.temperature} budget` }
  return { kind: 'kept', text: failed ? '' : `${budget.temperature} budget kept` }
}

function Count({ name, count, limit }: { name: string; count: number; limit: number | undefined }) {
  const over = limit !== undefined && count > limit
  return (
    <span className={classes['count']} data-over={over}>
      {name} {limit === undefined ? count : `${count} of ${limit}`}
    </span>
  )
}
