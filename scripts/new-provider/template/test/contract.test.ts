import { describeProviderContract } from '@hitl/core/testing/provider-contract'
import { openContractWorld } from '@hitl/sandbox/contract-world'
import { acmeChatHands } from './hands'
import { acmeChatStage } from './stage'

describeProviderContract({
  name: 'Acme Chat',
  open: (options) => openContractWorld(acmeChatStage, acmeChatHands, options),
})
