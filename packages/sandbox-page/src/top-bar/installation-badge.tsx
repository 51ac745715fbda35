import { UnstyledButton } from '@mantine/core'
import type { Installation } from '../protocol'
import classes from './top-bar.module.css'

export const installationLabels = {
  registered: 'Registered',
  registration_failed: 'Registration failed',
  registration_pending: 'Registration pending',
  unregistered: 'Not registered',
} as const satisfies Record<Installation['status'], string>

export function InstallationBadge({ installation, onOpen }: { installation: Installation; onOpen(): void }) {
  return (
    <UnstyledButton
      className={classes['badge'] ?? ''}
      data-status={installation.status}
      title={installation.reason ?? 'Open the settings'}
      onClick={onOpen}
    >
      {installationLabels[installation.status]}
    </UnstyledButton>
  )
}
