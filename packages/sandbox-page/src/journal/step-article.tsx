import { memo, useId } from 'react'
import type { Call, Step } from '../protocol'
import { inFull, toSecond } from '../shared/format'
import { CallRow } from './call-row'
import classes from './journal.module.css'

type Props = {
  id: string
  /** Absent for what happened in the background. */
  step: Step | undefined
  calls: readonly Call[]
  vendor: string
}

export const StepArticle = memo(function StepArticle({ id, step, calls, vendor }: Props) {
  const heading = useId()
  const at = step?.at ?? calls[0]?.at ?? 0
  return (
    <article className={classes['step']} aria-labelledby={heading} data-step-id={id}>
      <header className={classes['stepHead']}>
        <h3 id={heading} className={classes['stepTitle']}>
          {step?.title ?? 'In the background'}
        </h3>
        <time className={classes['quiet']} dateTime={new Date(at).toISOString()} title={inFull(at)}>
          {toSecond(at)}
        </time>
      </header>
      {step && <Counts step={step} vendor={vendor} />}
      {step?.error && <p className={classes['refused']}>{step.error}</p>}
      {calls.length > 0 && (
        <ol className={classes['calls']}>
          {calls.map((call) => (
            <li key={call.seq}>
              <CallRow call={call} />
            </li>
          ))}
        </ol>
      )}
    </article>
  )
}, sameContent)

/** Groups of the background are made anew each time. */
function sameContent(before: Props, after: Props): boolean {
  if (before.id !== after.id || before.step !== after.step || before.vendor !== after.vendor) return false
  if (before.calls === after.calls) return true
  return before.calls.length === after.calls.length && before.calls.every((call, index) => call === after.calls[index])
}

function Counts({ step: { counts, budget, faults, running }, vendor }: { step: Step; vendor: string }) {
  return (
    <p className={classes['counts']}>
      <Count name="Botpress" count={counts.botpress} limit={budget?.botpress} />
      <Count name={vendor} count={counts.vendor} limit={budget?.vendor} />
      {counts.media > 0 && <Count name="Media" count={counts.media} limit={undefined} />}
      <span title={budget ? `${budget.title}, ${budget.temperature}` : undefined}>{budgetText(budget)}</span>
      {running && <span className={classes['running']}>running</span>}
      {faults.length > 0 && <span className={classes['faults']}>with faults: {faults.join(', ')}</span>}
    </p>
  )
}

function budgetText(budget: Step['budget']): string {
  if (!budget || (budget.vendor === undefined && budget.botpress === undefined)) return 'no budget'
  return budget.kept ? `${budget.temperature} budget kept` : `over the ${budget.temperature} budget`
}

function Count({ name, count, limit }: { name: string; count: number; limit: number | undefined }) {
  const over = limit !== undefined && count > limit
  return (
    <span className={classes['count']} data-over={over}>
      {name} {limit === undefined ? count : `${count} of ${limit}`}
    </span>
  )
}
