import type { DefinitionAgrees } from '@hitl/core/testing/vendor-kit'
import type { ZohoSalesIqIntegration } from '../integration.definition'
import type { ZohoSalesIqConfig } from '../src/config'
import type { ZohoSalesIqOptions } from '../src/form'

export const theDefinitionAgrees: DefinitionAgrees<ZohoSalesIqIntegration, ZohoSalesIqConfig, ZohoSalesIqOptions> = [
  true,
  true,
  true,
]
