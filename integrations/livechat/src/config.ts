import { z } from '@botpress/sdk'

const uuid = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i

/** The settings form. Titles and descriptions are what a bot builder reads in Botpress Studio. */
export const settings = z.object({
  clientId: z
    .string()
    .min(1, 'must not be empty')
    .title('Client ID')
    .describe('Client ID of your LiveChat app: Developer Console > Apps > your app > Authorization block'),
  organizationId: z
    .string()
    .regex(uuid, 'must be the organization ID, for example 4a2c0d8e-1b3f-4c5d-9e6f-7a8b9c0d1e2f')
    .title('Organization ID')
    .describe('Developer Console > Settings > Company details, a UUID'),
  webhookSecret: z
    .string()
    .min(8, 'must have at least 8 characters')
    .secret()
    .title('Webhook secret')
    .describe('A long random text of your choice. LiveChat sends it with every webhook as proof of origin'),
  agentToken: z
    .string()
    .min(1, 'must not be empty')
    .secret()
    .title('Agent token')
    .describe('Base64 of "account ID:personal access token", as Developer Console > Settings > Authorization shows it'),
  groupId: z
    .number()
    .int('must be a whole number')
    .min(0, 'must not be negative')
    .title('Group ID')
    .describe('Group that receives the chats: the number at the end of the address in LiveChat > Team > Groups'),
})

export type LiveChatConfig = z.infer<typeof settings>

/** What a bot builder may set for one escalation. */
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
