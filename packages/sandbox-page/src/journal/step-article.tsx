import { ChevronDown, ChevronRight } from 'lucide-react'
import { memo, useId, useState } from 'react'
import { inFull, toSecond } from '../shared/format'
import { CallRow } from './call-row'
import type { JournalEntry } from './journal-entries'
import classes from './journal.module.css'
import { StepFacts } from './step-facts'

type Props = {
  entry: JournalEntry
  vendor: string
  /** Whether its calls are hidden as long as nobody asks for them. */
  folded: boolean
}

export const StepArticle = memo(function StepArticle({ entry, vendor, folded }: Props) {
  const { key, step, calls, failed } = entry
  const heading = useId()
  const [chosen, setChosen] = useState<boolean>()
  const open = chosen ?? !folded
  const at = step?.at ?? calls[0]?.at ?? 0
  const Chevron = open ? ChevronDown : ChevronRight
  return (
    <article className={classes['step']} aria-labelledby={heading} data-step-id={key}>
      <header className={classes['stepHead']}>
        <h3 id={heading} className={classes['stepTitle']}>
          <button
            type="button"
            className={classes['fold']}
            aria-expanded={open}
            disabled={calls.length === 0}
            onClick={() => setChosen(!open)}
          >
            <Chevron size={14} aria-hidden />
            <span>{step?.title ?? 'In the background'}</span>
          </button>
        </h3>
        <time className={classes['quiet']} dateTime={new Date(at).toISOString()} title={inFull(at)}>
          {toSecond(at)}
        </time>
      </header>
      {step && <StepFacts step={step} vendor={vendor} failed={failed} />}
      {step?.error && <p className={classes['refused']}>{step.error}</p>}
      {open && calls.length > 0 && (
        <ol className={classes['calls']}>
          {calls.map((call) => (
            <li key={call.seq}>
              <CallRow call={call} vendor={vendor} begin={step?.at} />
            </li>
          ))}
        </ol>
      )}
    </article>
  )
}, sameContent)

/** The entries are made anew each time. */
function sameContent(before: Props, after: Props): boolean {
  if (before.vendor !== after.vendor || before.folded !== after.folded) return false
  const [one, other] = [before.entry, after.entry]
  if (one.key !== other.key || one.step !== other.step || one.failed !== other.failed) return false
  if (one.calls === other.calls) return true
  return one.calls.length === other.calls.length && one.calls.every((call, index) => call === other.calls[index])
}
