import { createHitlIntegration } from '@hitl/core'
import { hubspotAdapter } from './adapter'

export default createHitlIntegration(hubspotAdapter)
