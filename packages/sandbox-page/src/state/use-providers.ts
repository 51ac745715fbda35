import { useEffect, useState } from 'react'
import { getProviders } from '../api'
import type { ProviderSummary } from '../protocol'

const QUICK_MS = 1_000
const CALM_MS = 10_000

/** The providers, asked for again and again; undefined until the first answer. */
export function useProviders(): readonly ProviderSummary[] | undefined {
  const [providers, setProviders] = useState<readonly ProviderSummary[]>()
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    let over = false
    const look = async (): Promise<void> => {
      const found = await getProviders().catch(() => undefined)
      if (over) return
      if (found) setProviders((before) => (JSON.stringify(before) === JSON.stringify(found) ? before : found))
      const settled = found?.every(({ state }) => state !== 'starting')
      timer = setTimeout(() => void look(), settled ? CALM_MS : QUICK_MS)
    }
    void look()
    return () => {
      over = true
      clearTimeout(timer)
    }
  }, [])
  return providers
}
