import { useCallback, useState } from 'react'

export type Notice = { id: number; text: string }

export type Notices = {
  list: readonly Notice[]
  report(text: string): void
  dismiss(id: number): void
}

let lastId = 0

/** What went wrong and was not closed yet. The same sentence is not listed twice. */
export function useNotices(): Notices {
  const [list, setList] = useState<readonly Notice[]>([])
  const report = useCallback((text: string) => {
    lastId += 1
    const notice = { id: lastId, text }
    setList((before) => [...before.filter((one) => one.text !== text), notice].slice(-4))
  }, [])
  const dismiss = useCallback((id: number) => setList((before) => before.filter((one) => one.id !== id)), [])
  return { list, report, dismiss }
}
