import { useCallback, useState } from 'react'

export type Notice = { id: number; text: string }

export type Notices = {
  list: readonly Notice[]
  report(text: string): void
  dismiss(id: number): void
  clear(): void
}

const none: readonly Notice[] = []
const MOST_NOTICES = 3
let lastId = 0

/** What went wrong since the last action that worked, and was not closed. The same sentence is not listed twice. */
export function useNotices(): Notices {
  const [list, setList] = useState(none)
  const report = useCallback((text: string) => {
    lastId += 1
    const notice = { id: lastId, text }
    setList((before) => [...before.filter((one) => one.text !== text), notice].slice(-MOST_NOTICES))
  }, [])
  const dismiss = useCallback((id: number) => setList((before) => before.filter((one) => one.id !== id)), [])
  const clear = useCallback(() => setList(none), [])
  return { list, report, dismiss, clear }
}
