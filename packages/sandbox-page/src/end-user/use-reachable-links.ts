import { type RefObject, useEffect } from 'react'

/** The webchat draws links of a text without an address: they listen to the mouse only. */
const MOUSE_LINKS = 'a:not([href])'

/** Makes them links for the keyboard and for screen readers, too. */
export function useReachableLinks(box: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const element = box.current
    if (!element) return undefined
    const mark = (): void => {
      for (const link of element.querySelectorAll<HTMLElement>(`${MOUSE_LINKS}:not([role])`)) {
        link.setAttribute('role', 'link')
        link.tabIndex = 0
      }
    }
    const press = ({ key, target }: KeyboardEvent): void => {
      if (key !== 'Enter' || !(target instanceof Element) || !target.matches(MOUSE_LINKS)) return
      target.dispatchEvent(new MouseEvent('mouseup', { bubbles: true }))
    }
    const changes = new MutationObserver(mark)
    mark()
    changes.observe(element, { childList: true, subtree: true })
    element.addEventListener('keydown', press)
    return () => {
      changes.disconnect()
      element.removeEventListener('keydown', press)
    }
  }, [box])
}
