import * as sdk from '@botpress/sdk'
import { hitlChannels, hitlInterface, hitlStates, hitlUser, type IntegrationOf } from '@hitl/core/definition'
import { type HubSpotOptions, sessionOptions, settingsForm } from './src/form'

const props = {
  name: 'hubspot',
  version: '0.2.0',
  title: 'HubSpot',
  description: 'Hand conversations over to human agents in HubSpot Help Desk or Inbox, and take their answers back.',
  icon: 'icon.svg',
  readme: 'hub.md',
  configuration: { schema: settingsForm },
  states: hitlStates,
  user: hitlUser,
  entities: {
    hitlConversation: {
      title: 'HubSpot session',
      description: 'How one session is to reach the agents',
      schema: sessionOptions,
    },
  },
} satisfies sdk.IntegrationDefinitionProps

const channels = hitlChannels('HubSpot')

export type HubSpotIntegration = IntegrationOf<
  typeof props,
  typeof hitlInterface,
  typeof channels,
  { hitlSession: HubSpotOptions }
>

export default new sdk.IntegrationDefinition(props).extend(hitlInterface, ({ entities }) => ({
  entities: { hitlSession: entities.hitlConversation },
  channels,
}))
