import type { hitlChannels, hitlStates, hitlUser } from './definition-parts'
import type { IntegrationOf } from './derive'
import type { hitlInterface } from './hitl-interface'

/** What every integration built on core is to the SDK, whatever its settings. */
export type HitlIntegration = IntegrationOf<
  { name: string; version: string; states: typeof hitlStates; user: typeof hitlUser },
  typeof hitlInterface,
  ReturnType<typeof hitlChannels>,
  { hitlSession: Record<string, unknown> }
>
