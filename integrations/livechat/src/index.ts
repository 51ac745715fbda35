import { createHitlIntegration } from '@hitl/core'
import { livechatAdapter } from './adapter'

export default createHitlIntegration(livechatAdapter)
