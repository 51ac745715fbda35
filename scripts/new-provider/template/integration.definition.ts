import * as sdk from '@botpress/sdk'
import { hitlChannels, hitlInterface, hitlStates, hitlUser, type IntegrationOf } from '@hitl/core/definition'
import { type AcmeChatOptions, sessionOptions, settingsForm } from './src/form'

const props = {
  name: 'acme-chat',
  version: '0.1.0',
  title: 'Acme Chat',
  description: 'Hand conversations over to human agents in Acme Chat, and take their answers back to the user.',
  icon: 'icon.svg',
  readme: 'hub.md',
  configuration: { schema: settingsForm },
  states: hitlStates,
  user: hitlUser,
  entities: {
    hitlConversation: {
      title: 'Acme Chat session',
      description: 'How one session is to reach the agents',
      schema: sessionOptions,
    },
  },
} satisfies sdk.IntegrationDefinitionProps

const channels = hitlChannels('Acme Chat')

export type AcmeChatIntegration = IntegrationOf<
  typeof props,
  typeof hitlInterface,
  typeof channels,
  { hitlSession: AcmeChatOptions }
>

export default new sdk.IntegrationDefinition(props).extend(hitlInterface, ({ entities }) => ({
  entities: { hitlSession: entities.hitlConversation },
  channels,
}))
