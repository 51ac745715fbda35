import type { ProviderApi, ProviderContext } from '@hitl/core'
import { getAgent } from './agent'
import { completeMessage } from './attachment'
import { createClient } from './client'
import { closeAbandoned } from './close-abandoned'
import { closeThread } from './close-thread'
import type { HubSpotConfig } from './config'
import type { HubSpotOptions } from './form'
import { install, placeFor, uninstall } from './installation'
import { openThread } from './open-thread'
import { checksOf } from './prove-settings'
import { reportDelivery } from './report-delivery'
import { sendMessage } from './send-message'
import type { HubSpotThread } from './thread'
import { tokenSourceOptions } from './tokens'

export function connect(context: ProviderContext<HubSpotConfig>): ProviderApi<HubSpotThread, HubSpotOptions> {
  const { config, http, webhookUrl, log, installation: note, platform, liveThreads } = context
  const client = createClient(http, context.credential, config)
  const tokens = context.installationTokens.source(tokenSourceOptions(config, http))
  const tools = { client, http, config, tokens, webhookUrl, note, log, platform, liveThreads }
  const { helpDeskId } = config
  const openTools = {
    client,
    log,
    helpDeskId,
    placeFor: (inboxId: string, refused?: string) => placeFor(tools, inboxId, refused),
  }
  return {
    install: () => install(tools),
    checks: () => checksOf(tools),
    uninstall: () => uninstall(tools),
    openThread: (request) => openThread(openTools, request),
    closeAbandoned: (start) => closeAbandoned(openTools, start),
    sendMessage: (thread, message) => sendMessage({ client, http }, thread, message),
    closeThread: (thread) => closeThread(client, thread.id),
    getAgent: (id) => getAgent(client, id),
    completeMessage: (thread, message) => completeMessage(client, log, thread, message),
    reportDelivery: (message, failure) => reportDelivery(tools, message, failure),
  }
}
