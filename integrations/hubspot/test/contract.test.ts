import { describeProviderContract } from '@hitl/core/testing/provider-contract'
import { openContractWorld } from '@hitl/sandbox/contract-world'
import { hubspotStage } from '@hitl/sandbox/hubspot'
import { hubspotHands } from './hands'

describeProviderContract({
  name: 'HubSpot',
  open: (options) => openContractWorld(hubspotStage, hubspotHands, options),
})
