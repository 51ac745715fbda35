import type { MouseEvent } from 'react'
import classes from './skip-link.module.css'

/** The address of the page belongs to what is chosen, so the link moves the focus by itself. */
export function SkipLink() {
  const skip = (event: MouseEvent): void => {
    event.preventDefault()
    document.getElementById('main')?.focus()
  }
  return (
    <a href="#main" className={classes['skip']} onClick={skip}>
      Skip to the conversation
    </a>
  )
}
