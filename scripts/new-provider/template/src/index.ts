import { createHitlIntegration } from '@hitl/core'
import { acmeChatAdapter } from './adapter'

export default createHitlIntegration(acmeChatAdapter)
