import type { Check, ProviderContext } from '@hitl/core'
import { type CheckSheet, defineDoctor } from '@hitl/core/doctor'
import { livechatAdapter } from './adapter'
import { createClient } from './client'
import { type LiveChatConfig, settings } from './config'
import { ACTIONS, listWebhooks, planOf } from './webhook-registration'

const API = 'POST api.livechatinc.com/v3.6'

const sheets: Readonly<Record<string, CheckSheet<LiveChatConfig>>> = {
  tokenForm: {
    title: 'Form of the agent token',
    calls: () => [],
    describe: () => 'Base64 of an account ID and a token',
  },
  identity: {
    title: 'Client ID, organization and redirect address',
    calls: () => ['POST accounts.livechat.com/v2/customer/token'],
    namesAddress: true,
    cost: 'makes one customer without a chat, as each registration does',
    describe: () => 'LiveChat gave an identity',
  },
  group: {
    title: 'Group',
    calls: () => [`${API}/customer/action/list_group_statuses`],
    after: ['identity'],
    describe: ({ status }) => `exists${status ? `, its status is "${status}"` : ''}`,
  },
  webhooks: {
    title: 'Agent token and webhooks',
    calls: () => [`${API}/configuration/action/list_webhooks`],
    after: ['tokenForm'],
    namesAddress: true,
    describe: ({ hidden, missing, stale }) => {
      if (hidden) return 'the agent token may not see webhooks: registration would tell which to make by hand'
      if (!missing && !stale) return 'all there'
      const anew = stale ? `; it would remove those made with another secret: ${stale}` : ''
      return missing ? `registration would make: ${missing}${anew}` : `all there${anew}`
    },
  },
}

/** Also the proof of the agent token: nothing before it speaks as the agent. */
async function lookAtWebhooks(context: ProviderContext<LiveChatConfig>) {
  const { config, http, credential, webhookUrl } = context
  const tools = { client: createClient(http, credential, config), config, webhookUrl }
  const existing = await listWebhooks(tools)
  if (!existing) return { hidden: ACTIONS.join(', ') }
  const plan = planOf(tools, existing)
  const named = (some: typeof plan) => some.map(({ action }) => action).join(', ') || undefined
  return {
    missing: named(plan.filter(({ usable }) => !usable)),
    stale: named(plan.filter(({ stale }) => stale.length > 0)),
  }
}

/** What `npm run doctor` knows of LiveChat; no part of the bundle. */
export const doctor = defineDoctor({
  adapter: livechatAdapter,
  settingNames: Object.keys(settings.shape),
  looks: (context): readonly Check[] => [{ name: 'webhooks', run: () => lookAtWebhooks(context) }],
  sheets,
})
