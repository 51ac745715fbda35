import { Button, NativeSelect } from '@mantine/core'
import { Settings } from 'lucide-react'
import type { ProviderSummary, View } from '../protocol'
import { Clock } from './clock'
import { FaultsButton } from './faults-button'
import { InstallationBadge } from './installation-badge'
import { InstanceNotice } from './instance-notice'
import { SchemeSwitch } from './scheme-switch'
import { StartOver } from './start-over'
import classes from './top-bar.module.css'

export type Drawer = 'settings' | 'faults'

type Props = {
  providers: readonly ProviderSummary[]
  chosen: ProviderSummary | undefined
  view: View | undefined
  onProvider(name: string): void
  onOpen(drawer: Drawer): void
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
      {view && <InstanceNotice state={view.instance.state} onOpen={() => onOpen('faults')} />}
      <div className={classes['gap']} />
      {view && (
        <>
          <Clock offsetMs={view.clock.offsetMs} />
          <FaultsButton
            on={view.faults.filter((fault) => fault.on).length}
            held={view.held}
            onOpen={() => onOpen('faults')}
          />
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
