import { useCallback, useState } from 'react'
import { useSandbox } from './sandbox-context'

/** A choice that outlasts a reload in this window, kept for each provider apart. */
export function useRemembered<T>(
  name: string,
  /** The choice out of what was kept; also for the first time, with undefined. */
  read: (kept: unknown) => T
): [T, (value: T) => void] {
  const { provider } = useSandbox()
  const key = `hitl-sandbox/${provider}/${name}`
  const [value, setValue] = useState(() => read(keptUnder(key)))
  const choose = useCallback(
    (next: T) => {
      setValue(next)
      window.sessionStorage.setItem(key, JSON.stringify(next))
    },
    [key]
  )
  return [value, choose]
}

function keptUnder(key: string): unknown {
  try {
    return JSON.parse(window.sessionStorage.getItem(key) ?? 'null') ?? undefined
  } catch {
    return undefined
  }
}
