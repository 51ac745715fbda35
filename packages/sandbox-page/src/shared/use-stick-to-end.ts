import { type RefCallback, useCallback, useRef, useState } from 'react'

const NEAR_PX = 40

type Sticky = { ref: RefCallback<HTMLDivElement>; atEnd: boolean; toEnd(): void }

/**
 * Keeps a list at its end while it grows, as long as the reader is there. The list is the only child of the box that
 * scrolls.
 */
export function useStickToEnd(): Sticky {
  const stuck = useRef<StuckBox>(undefined)
  const [atEnd, setAtEnd] = useState(true)
  const toEnd = useCallback(() => {
    setAtEnd(true)
    stuck.current?.toEnd()
  }, [])
  const ref = useCallback<RefCallback<HTMLDivElement>>((element) => {
    if (!element) return undefined
    const box = stickToEnd(element, setAtEnd)
    stuck.current = box
    return box.stop
  }, [])
  return { ref, atEnd, toEnd }
}

type StuckBox = { toEnd(): void; stop(): void }

/** The same for any box, also when the box itself changes its size. */
export function stickToEnd(element: Element, onChange: (atEnd: boolean) => void): StuckBox {
  let stuck = true
  let lastTop = element.scrollTop
  const toEnd = (): void => {
    stuck = true
    element.scrollTo({ top: element.scrollHeight })
  }
  const scrolled = (): void => {
    const near = element.scrollHeight - element.clientHeight - element.scrollTop < NEAR_PX
    // Rows that are measured late move the end away; only a move upwards is the reader's.
    if (near || element.scrollTop < lastTop) {
      stuck = near
      onChange(near)
    }
    lastTop = element.scrollTop
  }
  const resized = new ResizeObserver(() => stuck && element.scrollTo({ top: element.scrollHeight }))
  element.addEventListener('scroll', scrolled, { passive: true })
  resized.observe(element)
  if (element.firstElementChild) resized.observe(element.firstElementChild)
  const stop = (): void => {
    element.removeEventListener('scroll', scrolled)
    resized.disconnect()
  }
  return { toEnd, stop }
}
