import { describeProviderContract } from '@hitl/core/testing/provider-contract'
import { openContractWorld } from '@hitl/sandbox/contract-world'
import { zohoSalesIqStage } from '@hitl/sandbox/zoho-salesiq'
import { zohoSalesIqHands } from './hands'

describeProviderContract({
  name: 'Zoho SalesIQ',
  agentPictures: false,
  secondSession: 'instead',
  open: (options) => openContractWorld(zohoSalesIqStage, zohoSalesIqHands, options),
})
