import { z } from '@botpress/sdk'
import { type LiveChatConfig, settings } from './config'

const { clientId, organizationId, webhookSecret, agentToken, groupId } = settings.shape

/** The settings form as a bot builder sees it in Botpress Studio; a setting without texts does not compile. */
const fields = {
  clientId: clientId
    .title('Client ID')
    .describe('Client ID of your LiveChat app: Developer Console > Apps > your app > Authorization block'),
  organizationId: organizationId
    .title('Organization ID')
    .describe('Developer Console > Settings > Company details, a UUID'),
  webhookSecret: webhookSecret
    .secret()
    .title('Webhook secret')
    .describe('A long random text of your choice. LiveChat sends it with every webhook as proof of origin'),
  agentToken: agentToken
    .secret()
    .title('Agent token')
    .describe('Base64 of "account ID:personal access token", as Developer Console > Settings > Authorization shows it'),
  groupId: groupId
    .title('Group ID')
    .describe('Group that receives the chats: the number at the end of the address in LiveChat > Team > Groups'),
} satisfies Record<keyof LiveChatConfig, z.ZodTypeAny>

export const settingsForm = z.object(fields)

/** What a bot builder may set for one session. */
export const sessionOptions = z.object({
  groupId: z
    .number()
    .int()
    .min(0)
    .optional()
    .title('Group ID')
    .describe('Send this session to another group than the one in the settings'),
  tags: z
    .array(z.string())
    .optional()
    .title('Tags')
    .describe('LiveChat tags to put on the chat. They must exist in LiveChat'),
  customFields: z
    .record(z.string())
    .optional()
    .title('Custom fields')
    .describe('Names and values the agent sees in the customer details, at most 100'),
})

export type LiveChatOptions = z.infer<typeof sessionOptions>
