import { useCallback, useEffect, useRef, useState } from 'react'
import { getProviders } from '../api'
import type { ProviderSummary } from '../protocol'

const QUICK_MS = 1_000
const CALM_MS = 10_000

type Known = {
  /** Undefined until the first answer. */
  providers: readonly ProviderSummary[] | undefined
  /** Asks at once, and often until none is starting. */
  askAgain(): void
}

/** The providers, asked for again and again. */
export function useProviders(): Known {
  const [providers, setProviders] = useState<readonly ProviderSummary[]>()
  const ask = useRef<() => void>(undefined)
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    let over = false
    const look = async (): Promise<void> => {
      clearTimeout(timer)
      const found = await getProviders().catch(() => undefined)
      if (over) return
      if (found) setProviders((before) => (JSON.stringify(before) === JSON.stringify(found) ? before : found))
      const settled = found?.every(({ state }) => state !== 'starting')
      clearTimeout(timer)
      timer = setTimeout(() => void look(), settled ? CALM_MS : QUICK_MS)
    }
    ask.current = () => void look()
    ask.current()
    return () => {
      over = true
      clearTimeout(timer)
    }
  }, [])
  const askAgain = useCallback(() => ask.current?.(), [])
  return { providers, askAgain }
}
