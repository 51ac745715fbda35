import { memo, useState } from 'react'
import type { Call } from '../protocol'
import { duration, offset, toMillisecond } from '../shared/format'
import { startOf } from '../state/journal-state'
import { CallDetails } from './call-details'
import classes from './journal.module.css'

type Props = {
  call: Call
  vendor: string
  /** When its step began; absent in the background. */
  begin: number | undefined
}

/** One call in one line; a click shows what was said. */
export const CallRow = memo(function CallRow({ call, vendor, begin }: Props) {
  const [open, setOpen] = useState(false)
  const { seq, kind, direction, label, status, durationMs, ok, fault } = call
  const start = startOf(call)
  const exact = toMillisecond(start)
  return (
    <>
      <button
        type="button"
        className={classes['call']}
        aria-expanded={open}
        data-call-seq={seq}
        data-kind={kind}
        data-ok={ok}
        data-odd={ok && status !== undefined && status >= 400}
        onClick={() => setOpen((before) => !before)}
      >
        <span className={classes['direction']} title={direction}>
          {shortNames[kind] ?? vendor}
        </span>{' '}
        <Label text={label} />{' '}
        <span className={classes['outcome']}>
          {status !== undefined && <span className={classes['status']}>{status}</span>}{' '}
          {durationMs !== undefined && <span>{duration(durationMs)}</span>}{' '}
          <span className={classes['since']} title={exact}>
            {begin === undefined ? exact : since(start - begin)}
          </span>
        </span>{' '}
        {fault && <span className={classes['fault']}>Fault: {fault}</span>}
      </button>
      {open && <CallDetails key={status} call={call} exact={exact} />}
    </>
  )
})

/** Calls of the provider carry its name. */
const shortNames: Partial<Record<Call['kind'], string>> = {
  invoke: 'Action',
  botpress: 'Botpress',
  webhook: 'Webhook',
  note: 'Note',
}

const END_LENGTH = 16

/** Cut in the middle, since paths differ at their ends. */
function Label({ text }: { text: string }) {
  const end = text.length > 2 * END_LENGTH ? text.length - END_LENGTH : text.length
  return (
    <span className={classes['label']} title={text}>
      <span className={classes['labelStart']}>{text.slice(0, end)}</span>
      <span>{text.slice(end)}</span>
    </span>
  )
}

const since = (ms: number): string => `+${ms < 60_000 ? duration(Math.max(ms, 0)) : offset(ms)}`
