import { panelNames } from './panel-names'
import classes from './section-links.module.css'

const sections = Object.values(panelNames)

/** On small screens the three parts lie one below the other; this leads to each. */
export function SectionLinks() {
  return (
    <nav className={classes['links']} aria-label="Parts of the page">
      {sections.map((name) => (
        <button key={name} type="button" className={classes['link']} onClick={() => moveTo(name)}>
          {name}
        </button>
      ))}
    </nav>
  )
}

function moveTo(name: string): void {
  const section = document.querySelector<HTMLElement>(`section[aria-label="${name}"]`)
  section?.scrollIntoView({ block: 'start' })
  section?.focus({ preventScroll: true })
}
