import * as sdk from '@botpress/sdk'
import { hitlChannels, hitlInterface, hitlStates, hitlUser, type IntegrationOf } from '@hitl/core/definition'
import { type LiveChatOptions, sessionOptions, settingsForm } from './src/form'

const props = {
  name: 'livechat',
  version: '0.1.4',
  title: 'LiveChat',
  description: 'Hand conversations over to human agents in LiveChat, and take their answers back to the user.',
  icon: 'icon.svg',
  readme: 'hub.md',
  configuration: { schema: settingsForm },
  states: hitlStates,
  user: hitlUser,
  entities: {
    hitlConversation: {
      title: 'LiveChat session',
      description: 'How one session is to reach the agents',
      schema: sessionOptions,
    },
  },
} satisfies sdk.IntegrationDefinitionProps

const channels = hitlChannels('LiveChat')

export type LiveChatIntegration = IntegrationOf<
  typeof props,
  typeof hitlInterface,
  typeof channels,
  { hitlSession: LiveChatOptions }
>

export default new sdk.IntegrationDefinition(props).extend(hitlInterface, ({ entities }) => ({
  entities: { hitlSession: entities.hitlConversation },
  channels,
}))
