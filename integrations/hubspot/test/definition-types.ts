import type { DefinitionAgrees } from '@hitl/core/testing/vendor-kit'
import type { HubSpotIntegration } from '../integration.definition'
import type { HubSpotConfig } from '../src/config'
import type { HubSpotOptions } from '../src/form'

export const theDefinitionAgrees: DefinitionAgrees<HubSpotIntegration, HubSpotConfig, HubSpotOptions> = [
  true,
  true,
  true,
]
