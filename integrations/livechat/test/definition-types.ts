import type { DefinitionAgrees } from '@hitl/core/testing/vendor-kit'
import type { LiveChatIntegration } from '../integration.definition'
import type { LiveChatConfig } from '../src/config'
import type { LiveChatOptions } from '../src/form'

export const theDefinitionAgrees: DefinitionAgrees<LiveChatIntegration, LiveChatConfig, LiveChatOptions> = [
  true,
  true,
  true,
]
