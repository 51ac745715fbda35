import { describeProviderContract } from '@hitl/core/testing/provider-contract'
import { openContractWorld } from '@hitl/sandbox/contract-world'
import { livechatStage } from '@hitl/sandbox/livechat'
import { livechatHands } from './hands'

describeProviderContract({
  name: 'LiveChat',
  open: (options) => openContractWorld(livechatStage, livechatHands, options),
})
