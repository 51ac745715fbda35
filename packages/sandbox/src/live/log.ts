import type { LogLine } from '@hitl/sandbox-page/protocol'
import { withoutSecrets } from '../redact'
import { secretsOf } from './view'
import type { LiveWorld } from './world'

const LATEST_LINES = 500

/** What the integration has logged, the latest last. */
export function logLines(world: LiveWorld): LogLine[] {
  const lines = world.stage.instances.flatMap(({ logs }) => logs)
  const secrets = secretsOf(world)
  return lines.slice(-LATEST_LINES).map((text) => ({ text: withoutSecrets(text, secrets) }))
}
