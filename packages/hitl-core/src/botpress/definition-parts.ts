import * as sdk from '@botpress/sdk'
import { conversationTag, LIVE_TAG, messageTag, SET_UP_STATE, state, userTag } from './names'

const { z } = sdk

const claim = z.string().title('Claim').describe('Random mark of the invocation that came first')
const at = z.number().title('At').describe('Epoch milliseconds')

const token = z.object({
  accessToken: z.string().title('Access token').describe('Current access token'),
  expiresAt: z.number().optional().title('Expires at').describe('Epoch milliseconds after which it is not used'),
  refresh: z.string().optional().title('Refresh').describe('What the next token is obtained with'),
  identity: z.string().optional().title('Identity').describe('Who the token speaks as'),
  settings: z.string().optional().title('Settings').describe('Hash of the settings it was obtained with'),
  pausedUntil: z.number().optional().title('Paused until').describe('No new token is asked for before, epoch ms'),
  pausedBecause: z.string().optional().title('Paused because').describe('Why no new token is asked for'),
  refusal: z.string().optional().title('Refusal').describe('Code with which the provider refused for good'),
  grants: z.array(z.number()).optional().title('Grants').describe('When tokens were asked for lately, epoch ms'),
  connectedWith: z.string().optional().title('Connected with').describe('Hash of the code of the browser connection'),
})

/** States every integration spreads into its definition. */
export const hitlStates = {
  [state.sessionToken]: { type: 'conversation', schema: token },
  [state.installationToken]: { type: 'integration', schema: token },
  [state.installation]: {
    type: 'integration',
    schema: z.object({ note: z.string().title('Note').describe('What was set up at the provider, as JSON') }),
  },
  [state.registration]: {
    type: 'integration',
    schema: z.object({
      settings: z.string().title('Settings').describe('Hash of the settings that were proved last'),
      told: z.array(z.string()).title('Told').describe('Hashes of what was said about them'),
    }),
  },
  [state.renewal]: { type: 'integration', schema: z.object({ claim }) },
  [SET_UP_STATE]: { type: 'integration', schema: z.object({ claim }) },
  [state.closed]: {
    type: 'conversation',
    schema: z.object({
      claim,
      at,
      by: z.string().title('By').describe('Who ended the session: provider or bot'),
      reason: z.string().optional().title('Reason').describe('How the provider says it ended'),
      done: z.boolean().optional().title('Done').describe('Whether the thread was closed at the provider'),
    }),
  },
  [state.assigned]: {
    type: 'conversation',
    schema: z.object({
      claim,
      at,
      eventAt: z.number().optional().title('Event at').describe('Provider’s time of the assignment'),
      agentId: z.string().title('Agent').describe('Provider’s id of the agent'),
      userId: z.string().title('User').describe('Botpress user of the agent'),
    }),
  },
  [state.step]: { type: 'conversation', schema: z.object({ claim }) },
} satisfies sdk.IntegrationDefinitionProps['states']

/** User tags every integration spreads into its definition. */
export const hitlUser = {
  tags: {
    [userTag.contactKey]: { title: 'Contact key', description: 'Hash by which an end user is found again' },
    [userTag.contactId]: { title: 'Contact ID', description: 'ID of the end user at the provider' },
    [userTag.email]: { title: 'Email', description: 'Email address of the end user' },
    [userTag.agentId]: { title: 'Agent ID', description: 'ID of the human agent at the provider' },
  },
} satisfies sdk.IntegrationDefinitionProps['user']

const conversationTags = {
  [conversationTag.threadKey]: { title: 'Thread key', description: 'Key of the thread at the provider' },
  thread: { title: 'Thread', description: 'What the integration knows of the thread, as JSON' },
  thread2: { title: 'Thread, 2', description: 'Second piece of the thread, when it is long' },
  thread3: { title: 'Thread, 3', description: 'Third piece' },
  thread4: { title: 'Thread, 4', description: 'Fourth piece' },
  [conversationTag.contactUserId]: { title: 'Contact', description: 'Botpress user of the end user' },
  [conversationTag.request]: { title: 'Request', description: 'Hash of the request that started the session' },
  [conversationTag.claim]: { title: 'Claim', description: 'Mark of the invocation that created the conversation' },
  [conversationTag.openedAt]: { title: 'Opened at', description: 'When the session was open, in epoch milliseconds' },
  [conversationTag.closeReason]: { title: 'Close reason', description: '"missed" when no agent answered' },
  [conversationTag.agentId]: { title: 'Agent', description: 'ID of the agent seen last' },
  [LIVE_TAG]: { title: 'Live', description: '"yes" until the session has ended, where the integration needs to know' },
} satisfies Record<string, sdk.TagDefinition>

const messageTags = {
  [messageTag.providerMessageId]: { title: 'Provider message ID', description: 'Thread and message at the provider' },
} satisfies Record<string, sdk.TagDefinition>

/** Channel texts and tags for `.extend`; `product` is the provider's name as people read it. */
export function hitlChannels(product: string) {
  return {
    hitl: {
      title: `${product} chat`,
      description: `Conversations with human agents in ${product}`,
      conversation: { tags: conversationTags },
      message: { tags: messageTags },
    },
  }
}
