import { createHitlIntegration } from '@hitl/core'
import { zohoSalesIqAdapter } from './adapter'

export default createHitlIntegration(zohoSalesIqAdapter)
