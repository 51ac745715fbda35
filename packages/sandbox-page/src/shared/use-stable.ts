import { useCallback, useLayoutEffect, useRef } from 'react'

/** A handler that stays the same function, so that what it is given to need not be drawn again. */
export function useStable<Args extends readonly unknown[], Answer>(
  handler: (...args: Args) => Answer
): (...args: Args) => Answer {
  const latest = useRef(handler)
  useLayoutEffect(() => {
    latest.current = handler
  })
  return useCallback((...args: Args) => latest.current(...args), [])
}
