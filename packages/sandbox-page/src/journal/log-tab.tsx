import { useEffect, useState } from 'react'
import { getLog, reasonOf } from '../api'
import type { LogLine } from '../protocol'
import { useStickToEnd } from '../shared/use-stick-to-end'
import { useSandbox } from '../state/sandbox-context'
import classes from './journal.module.css'

const REFRESH_MS = 1_500

/** What the integration logged, asked for as long as it is looked at. */
export function LogTab() {
  const { lines, problem } = useLog()
  const { ref } = useStickToEnd()
  return (
    <div className={classes['scroll']} ref={ref} role="group" aria-label="Lines of the log" tabIndex={0}>
      <div>
        {problem !== undefined && <p className={classes['refused']}>{problem}</p>}
        {lines.map(({ text }, index) => (
          <p key={`${index}-${text}`} className={classes['line']}>
            {text}
          </p>
        ))}
        {lines.length === 0 && <p className={classes['empty']}>The integration has logged nothing yet.</p>}
      </div>
    </div>
  )
}

function useLog(): { lines: readonly LogLine[]; problem: string | undefined } {
  const { provider } = useSandbox()
  const [lines, setLines] = useState<readonly LogLine[]>([])
  const [problem, setProblem] = useState<string>()
  useEffect(() => {
    let over = false
    const look = async (): Promise<void> => {
      try {
        const found = await getLog(provider)
        if (over) return
        setProblem(undefined)
        setLines((before) => (JSON.stringify(before) === JSON.stringify(found) ? before : found))
      } catch (error) {
        if (!over) setProblem(reasonOf(error))
      }
    }
    void look()
    const timer = setInterval(() => void look(), REFRESH_MS)
    return () => {
      over = true
      clearInterval(timer)
    }
  }, [provider])
  return { lines, problem }
}
