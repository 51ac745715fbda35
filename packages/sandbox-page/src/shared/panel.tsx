import type { ReactNode } from 'react'
import classes from './panel.module.css'

type Props = {
  name: string
  /** What the heading says; the name where it is left out. */
  title?: ReactNode
  /** Beside the heading. */
  tools?: ReactNode
  children: ReactNode
}

/** One of the three parts of the page. */
export function Panel({ name, title, tools, children }: Props) {
  return (
    <section aria-label={name} className={classes['panel']} tabIndex={-1}>
      <header className={classes['head']}>
        <h2 className={classes['title']}>{title ?? name}</h2>
        {tools}
      </header>
      {children}
    </section>
  )
}
