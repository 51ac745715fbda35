import type { DefinitionAgrees } from '@hitl/core/testing/vendor-kit'
import type { AcmeChatIntegration } from '../integration.definition'
import type { AcmeChatConfig } from '../src/config'
import type { AcmeChatOptions } from '../src/form'

export const theDefinitionAgrees: DefinitionAgrees<AcmeChatIntegration, AcmeChatConfig, AcmeChatOptions> = [
  true,
  true,
  true,
]
