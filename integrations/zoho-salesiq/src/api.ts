import type { ProviderApi, ProviderContext } from '@hitl/core'
import { toAgent } from './agent'
import { createClient } from './client'
import { closeAbandoned } from './close-abandoned'
import { closeThread, readConversation } from './close-thread'
import type { ZohoSalesIqConfig } from './config'
import type { ZohoSalesIqOptions } from './form'
import { install } from './installation'
import { openThread } from './open-thread'
import { checksOf } from './prove-settings'
import { personIn } from './schemas'
import { sendMessage } from './send-message'
import type { ZohoSalesIqThread } from './thread'
import { tokenSourceOptions } from './tokens'
import { completeMessage } from './transcript'
import { installationFor, removeWebhook } from './webhook-registration'

export function connect(
  context: ProviderContext<ZohoSalesIqConfig>
): ProviderApi<ZohoSalesIqThread, ZohoSalesIqOptions> {
  const { config, http, webhookUrl, log } = context
  const client = createClient(http, context.credential, config)
  const tokens = context.installationTokens.source(tokenSourceOptions(config, http))
  const clientOf = (screenName: string) => createClient(http, context.credential, { ...config, screenName })
  const setUp = { client, clientOf, http, config, tokens, webhookUrl, note: context.installation, log }
  return {
    install: () => install(setUp),
    checks: () => checksOf(setUp),
    uninstall: () => removeWebhook(setUp),
    openThread: (request) =>
      openThread({ client, config, log, installationFor: (appId) => installationFor(setUp, appId) }, request),
    sendMessage: (thread, message) => sendMessage({ client, http, webhookUrl }, thread, message),
    closeAbandoned: (start) => closeAbandoned({ client, config, log }, start),
    closeThread: (thread) => closeThread(client, log, thread),
    // Every webhook names its agent.
    getAgent: async (id) => ({ id }),
    async agentInCharge(thread) {
      const { attender, owner } = await readConversation(client, thread)
      return [attender, owner].flatMap((one) => toAgent(personIn(one) ?? {}) ?? [])[0]
    },
    completeMessage: (thread, message) => completeMessage(client, thread, message),
  }
}
