import type { LogLine } from '@hitl/sandbox-page/protocol'
import { withoutSecrets } from '../redact'
import { secretsOf } from './view'
import type { LiveWorld } from './world'

/** What the integration has logged, the latest last. */
export function logLines(world: LiveWorld): LogLine[] {
  const secrets = secretsOf(world)
  return world.stage.logs.map((text) => ({ text: withoutSecrets(text, secrets) }))
}
