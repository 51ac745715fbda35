import { type RefCallback, useCallback, useRef, useState } from 'react'

const NEAR_PX = 40

type Sticky = { ref: RefCallback<HTMLDivElement>; atEnd: boolean; toEnd(): void }

/**
 * Keeps a list at its end while it grows, as long as the reader is there. The list is the only child of the box that
 * scrolls.
 */
export function useStickToEnd(): Sticky {
  const box = useRef<HTMLDivElement | null>(null)
  const stuck = useRef(true)
  const [atEnd, setAtEnd] = useState(true)
  const toEnd = useCallback(() => {
    stuck.current = true
    setAtEnd(true)
    box.current?.scrollTo({ top: box.current.scrollHeight })
  }, [])
  const ref = useCallback<RefCallback<HTMLDivElement>>((element) => {
    box.current = element
    if (!element) return undefined
    let lastTop = element.scrollTop
    const scrolled = (): void => {
      const near = element.scrollHeight - element.clientHeight - element.scrollTop < NEAR_PX
      // Rows that are measured late move the end away; only a move upwards is the reader's.
      if (near || element.scrollTop < lastTop) {
        stuck.current = near
        setAtEnd(near)
      }
      lastTop = element.scrollTop
    }
    const resized = new ResizeObserver(() => stuck.current && element.scrollTo({ top: element.scrollHeight }))
    element.addEventListener('scroll', scrolled, { passive: true })
    resized.observe(element)
    if (element.firstElementChild) resized.observe(element.firstElementChild)
    return () => {
      element.removeEventListener('scroll', scrolled)
      resized.disconnect()
    }
  }, [])
  return { ref, atEnd, toEnd }
}
