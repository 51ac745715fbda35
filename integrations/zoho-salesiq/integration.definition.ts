import * as sdk from '@botpress/sdk'
import { hitlChannels, hitlInterface, hitlStates, hitlUser, type IntegrationOf } from '@hitl/core/definition'
import { type ZohoSalesIqOptions, sessionOptions, settingsForm } from './src/form'

const props = {
  name: 'zoho-salesiq',
  version: '0.2.0',
  title: 'Zoho SalesIQ',
  description: 'Hand conversations over to human agents in Zoho SalesIQ, and take their answers back to the user.',
  icon: 'icon.svg',
  readme: 'hub.md',
  configuration: { schema: settingsForm },
  states: hitlStates,
  user: hitlUser,
  entities: {
    hitlConversation: {
      title: 'Zoho SalesIQ session',
      description: 'How one session is to reach the agents',
      schema: sessionOptions,
    },
  },
} satisfies sdk.IntegrationDefinitionProps

const channels = hitlChannels('Zoho SalesIQ')

export type ZohoSalesIqIntegration = IntegrationOf<
  typeof props,
  typeof hitlInterface,
  typeof channels,
  { hitlSession: ZohoSalesIqOptions }
>

export default new sdk.IntegrationDefinition(props).extend(hitlInterface, ({ entities }) => ({
  entities: { hitlSession: entities.hitlConversation },
  channels,
}))
