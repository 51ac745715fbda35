import { Loader } from '@mantine/core'
import { useEffect, useState } from 'react'
import { getCall, reasonOf } from '../api'
import type { Call, CallDetail } from '../protocol'
import { CodeBlock } from '../shared/code-block'
import { useSandbox } from '../state/sandbox-context'
import classes from './journal.module.css'

/** @param exact when it was begun */
export function CallDetails({ call: { seq, direction, label }, exact }: { call: Call; exact: string }) {
  const { provider } = useSandbox()
  const [detail, setDetail] = useState<CallDetail>()
  const [problem, setProblem] = useState<string>()
  useEffect(() => {
    let over = false
    getCall(provider, seq).then(
      (found) => {
        if (!over) setDetail(found)
      },
      (error: unknown) => {
        if (!over) setProblem(reasonOf(error))
      }
    )
    return () => {
      over = true
    }
  }, [provider, seq])
  if (problem !== undefined) return <p className={classes['refused']}>{problem}</p>
  return (
    <div className={classes['detail']}>
      <p className={classes['whole']}>
        {direction} at {exact}
        <code>{label}</code>
      </p>
      {detail ? <Parts detail={detail} /> : <Loader size="xs" />}
    </div>
  )
}

const titles = [
  ['request', 'Request'],
  ['requestHeaders', 'Request headers'],
  ['response', 'Response'],
  ['responseHeaders', 'Response headers'],
] as const

function Parts({ detail }: { detail: CallDetail }) {
  const parts = titles.filter(([name]) => !isNothing(detail[name]))
  if (parts.length === 0) return <p className={classes['empty']}>Nothing was recorded.</p>
  return parts.map(([name, title]) => <CodeBlock key={name} title={title} value={detail[name]} />)
}

const isNothing = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  value === '' ||
  (typeof value === 'object' && Object.keys(value).length === 0)
