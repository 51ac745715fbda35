import { Loader } from '@mantine/core'
import { getSettings } from './api'
import classes from './app.module.css'
import type { ProviderSummary } from './protocol'
import { ActionButton } from './shared/action-button'
import { sentence } from './shared/format'

type Props = { summary: ProviderSummary | undefined; reachable: boolean; onAgain(): void }

/** In place of the panels as long as there is nothing to show. */
export function Waiting({ summary, reachable, onAgain }: Props) {
  if (summary?.state === 'failed') return <Failed summary={summary} onAgain={onAgain} />
  const starting = summary ? `${summary.title} is starting` : 'The sandbox has no provider'
  return (
    <div className={classes['waiting']} role="status">
      <Loader size="sm" />
      <p>{reachable ? starting : 'Waiting for the sandbox'}</p>
    </div>
  )
}

function Failed({ summary: { name, title, error }, onAgain }: { summary: ProviderSummary; onAgain(): void }) {
  const again = async (): Promise<void> => {
    // Whatever is asked of a provider starts it anew; its summary tells how that went.
    const asked = getSettings(name).catch(() => undefined)
    onAgain()
    await asked
    onAgain()
  }
  return (
    <div className={classes['waiting']} role="alert">
      <strong>{title} could not be started</strong>
      <p>{error ? sentence(error) : 'No reason was given; the terminal of the sandbox may say more.'}</p>
      <ActionButton run={again}>Try again</ActionButton>
    </div>
  )
}
