import { Button, NativeSelect, VisuallyHidden } from '@mantine/core'
import { Bug, Settings } from 'lucide-react'
import type { ProviderSummary, View } from '../protocol'
import { Clock } from './clock'
import { InstallationBadge } from './installation-badge'
import { SchemeSwitch } from './scheme-switch'
import { StartOver } from './start-over'
import classes from './top-bar.module.css'

type Props = {
  providers: readonly ProviderSummary[]
  chosen: ProviderSummary | undefined
  view: View | undefined
  onProvider(name: string): void
  onOpen(drawer: 'settings' | 'faults'): void
}

const states = { starting: ' (starting)', failed: ' (failed)', ready: '' }

export function TopBar({ providers, chosen, view, onProvider, onOpen }: Props) {
  const options = providers.map(({ name, title, state }) => ({ value: name, label: `${title}${states[state]}` }))
  return (
    <header className={classes['bar']}>
      <h1 className={classes['name']}>HITL sandbox</h1>
      <NativeSelect
        aria-label="Provider"
        size="xs"
        className={classes['provider'] ?? ''}
        data={options}
        value={chosen?.name ?? ''}
        onChange={({ currentTarget }) => onProvider(currentTarget.value)}
      />
      {view && <InstallationBadge installation={view.installation} onOpen={() => onOpen('settings')} />}
      <div className={classes['gap']} />
      {view && (
        <>
          <Clock offsetMs={view.clock.offsetMs} />
          <FaultsButton on={view.faults.filter((fault) => fault.on).length} onOpen={() => onOpen('faults')} />
          <Button
            size="xs"
            variant="default"
            leftSection={<Settings size={15} aria-hidden />}
            onClick={() => onOpen('settings')}
          >
            Settings
          </Button>
          <StartOver provider={view.provider.title} />
        </>
      )}
      <SchemeSwitch />
    </header>
  )
}

function FaultsButton({ on, onOpen }: { on: number; onOpen(): void }) {
  return (
    <>
      <Button
        size="xs"
        variant={on > 0 ? 'light' : 'default'}
        color={on > 0 ? 'orange' : 'indigo'}
        {...(on > 0 ? { c: 'var(--page-warn)' } : {})}
        leftSection={<Bug size={15} aria-hidden />}
        aria-label="Faults"
        aria-describedby="faults-on"
        onClick={onOpen}
      >
        {on > 0 ? `Faults: ${on} on` : 'Faults'}
      </Button>
      <VisuallyHidden id="faults-on">{on} switched on</VisuallyHidden>
    </>
  )
}
