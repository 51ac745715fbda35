import { type RefObject, useEffect } from 'react'
import { stickToEnd } from '../shared/use-stick-to-end'

/** The composer grows with its text, which is not to hide the latest message. */
export function useEndInSight(box: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const scroller = [...(box.current?.querySelectorAll('.bpMessageListContainer, .bpMessageListContainer *') ?? [])]
    const found = scroller.find((element) => /auto|scroll/.test(getComputedStyle(element).overflowY))
    return found ? stickToEnd(found, () => undefined).stop : undefined
  }, [box])
}
