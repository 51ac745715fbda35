import { hubspotSecrets } from '../../../sandbox/src/providers/hubspot'
import { livechatSecrets } from '../../../sandbox/src/providers/livechat'
import { zohoSalesIqSecrets } from '../../../sandbox/src/providers/zoho-salesiq'

export type ProviderName = 'livechat' | 'zoho-salesiq' | 'hubspot'

/** What the tests have to know of one provider besides what the page says. */
export type ProviderCase = {
  name: ProviderName
  title: string
  /** What must not be seen anywhere although it is only the emulated account's. */
  secrets: readonly string[]
  /** A secret setting by the label of its field. */
  setting: { label: string; wrong: string; right: string; refusal: RegExp }
}

const [, agentToken = ''] = livechatSecrets
const [zohoClientSecret = ''] = zohoSalesIqSecrets
const [, hubspotClientSecret = ''] = hubspotSecrets

export const providerCases: Readonly<Record<ProviderName, ProviderCase>> = {
  livechat: {
    name: 'livechat',
    title: 'LiveChat',
    secrets: livechatSecrets,
    setting: {
      label: 'Agent token',
      wrong: Buffer.from('somebody:something-else').toString('base64'),
      right: agentToken,
      refusal: /"agentToken"/,
    },
  },
  'zoho-salesiq': {
    name: 'zoho-salesiq',
    title: 'Zoho SalesIQ',
    secrets: zohoSalesIqSecrets,
    setting: {
      label: 'Client secret',
      wrong: 'another-client-secret',
      right: zohoClientSecret,
      refusal: /Zoho refused the setting "clientSecret"/,
    },
  },
  hubspot: {
    name: 'hubspot',
    title: 'HubSpot',
    secrets: hubspotSecrets,
    setting: {
      label: 'Client secret',
      wrong: 'another-client-secret',
      right: hubspotClientSecret,
      refusal: /HubSpot refused the setting "clientSecret"/,
    },
  },
}
