import { Alert, Code, Text } from '@mantine/core'
import type { Installation } from '../protocol'
import { installationLabels } from '../top-bar/installation-badge'

const colors = {
  registered: 'green',
  registration_failed: 'red',
  registration_pending: 'gray',
  unregistered: 'gray',
} as const satisfies Record<Installation['status'], string>

const titleColors = { green: 'var(--page-good)', red: 'var(--page-bad)', gray: 'var(--mantine-color-text)' }

/** What the integration answered when it was asked to register, as Botpress shows it to the bot builder. */
export function Registration({ installation: { status, reason, webhookUrl } }: { installation: Installation }) {
  return (
    <>
      <Alert
        role="status"
        color={colors[status]}
        variant="light"
        title={installationLabels[status]}
        styles={{ title: { color: titleColors[colors[status]] } }}
      >
        {reason && (
          <Text size="sm" style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
            {reason}
          </Text>
        )}
      </Alert>
      <div>
        <Text size="sm" fw={600}>
          Webhook address
        </Text>
        <Code block style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
          {webhookUrl}
        </Code>
      </div>
    </>
  )
}
