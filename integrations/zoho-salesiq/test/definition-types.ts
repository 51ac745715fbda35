import type { ZohoSalesIqIntegration } from '../integration.definition'
import type { ZohoSalesIqConfig } from '../src/config'
import type { ZohoSalesIqOptions } from '../src/form'

/** True only for types that are the same in both directions; the type check compares, nothing runs. */
type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : never) : never

type Input = ZohoSalesIqIntegration['actions']['startHitl']['input']

/** What the definition derives is what the adapter is written against. */
export const theDefinitionAgrees: [
  Same<ZohoSalesIqIntegration['configuration'], ZohoSalesIqConfig>,
  Same<Input['hitlSession'], ZohoSalesIqOptions | undefined>,
  Same<keyof ZohoSalesIqIntegration['events'], 'hitlAssigned' | 'hitlStopped'>,
] = [true, true, true]
