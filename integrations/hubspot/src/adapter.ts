import { liveSessions, type ProviderAdapter } from '@hitl/core'
import { connect } from './api'
import { type HubSpotConfig, settings } from './config'
import { connection } from './connection'
import type { HubSpotOptions } from './form'
import { readAddress } from './identity'
import { limits } from './limits'
import { type HubSpotThread, toThreadKey } from './thread'
import { tokenSourceOptions } from './tokens'
import { verifyWebhook } from './verify-webhook'
import { readWebhook } from './webhook'

export const hubspotAdapter: ProviderAdapter<HubSpotConfig, HubSpotThread, HubSpotOptions> = {
  name: 'HubSpot',
  limits,
  settings,
  sessions: liveSessions,
  readAddress,
  quotable: ['appId', 'clientId', 'helpDeskId'],
  connection,
  auth: (config, http) => ({
    kind: 'token',
    header: (accessToken) => ({ authorization: `Bearer ${accessToken}` }),
    source: tokenSourceOptions(config, http),
  }),
  threadKey: toThreadKey,
  verifyWebhook,
  readWebhook,
  connect,
}
