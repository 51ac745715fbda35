/**
 * Moves the focus on purpose after something was done, unless the person went elsewhere meanwhile: only from within
 * `area`, or from a control that is gone.
 */
export function moveFocus(target: HTMLElement | null | undefined, area: Element | null | undefined): void {
  const { activeElement, body } = document
  const stillThere = activeElement === null || activeElement === body || area?.contains(activeElement)
  if (target?.isConnected && stillThere) target.focus()
}
