import type { ProviderAdapter } from '@hitl/core'
import { connect } from './api'
import { settings, type ZohoSalesIqConfig } from './config'
import { connection } from './connection'
import type { ZohoSalesIqOptions } from './form'
import { limits } from './limits'
import { toThreadKey, type ZohoSalesIqThread } from './thread'
import { tokenSourceOptions } from './tokens'
import { verifyWebhook } from './verify-webhook'
import { readWebhook } from './webhook'

export const zohoSalesIqAdapter: ProviderAdapter<ZohoSalesIqConfig, ZohoSalesIqThread, ZohoSalesIqOptions> = {
  name: 'Zoho SalesIQ',
  limits,
  settings,
  connection,
  quotable: ['clientId', 'screenName', 'appId', 'departmentId', 'dataCenter'],
  auth: (config, http) => ({
    kind: 'token',
    header: (accessToken) => ({ authorization: `Zoho-oauthtoken ${accessToken}` }),
    source: tokenSourceOptions(config, http),
  }),
  threadKey: toThreadKey,
  verifyWebhook,
  readWebhook,
  connect,
}
