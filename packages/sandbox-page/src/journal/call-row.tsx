import { memo, useState } from 'react'
import type { Call } from '../protocol'
import { duration, inFull } from '../shared/format'
import { CallDetails } from './call-details'
import classes from './journal.module.css'

/** One call; a click shows what was said. */
export const CallRow = memo(function CallRow({ call }: { call: Call }) {
  const [open, setOpen] = useState(false)
  const { seq, kind, direction, label, status, durationMs, ok, fault, at } = call
  return (
    <>
      <button
        type="button"
        className={classes['call']}
        aria-expanded={open}
        data-call-seq={seq}
        data-kind={kind}
        data-ok={ok}
        title={inFull(at)}
        onClick={() => setOpen((before) => !before)}
      >
        <span className={classes['direction']}>{direction}</span>{' '}
        <span className={classes['outcome']}>
          {status !== undefined && <span className={classes['status']}>{status}</span>}{' '}
          {durationMs !== undefined && <span>{duration(durationMs)}</span>}
        </span>{' '}
        <span className={classes['label']}>{label}</span> {fault && <span className={classes['fault']}>{fault}</span>}
      </button>
      {open && <CallDetails key={status} seq={seq} />}
    </>
  )
})
