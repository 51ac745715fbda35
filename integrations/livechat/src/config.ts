import { z } from '@botpress/sdk'

const uuid = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i

/** What the settings have to be. What the form says about them is in `form.ts`, which is not part of the bundle. */
export const settings = z.object({
  clientId: z.string().min(1, 'must not be empty'),
  organizationId: z
    .string()
    .regex(uuid, 'must be the organization ID, for example 4a2c0d8e-1b3f-4c5d-9e6f-7a8b9c0d1e2f'),
  webhookSecret: z.string().min(8, 'must have at least 8 characters'),
  agentToken: z.string().min(1, 'must not be empty'),
  groupId: z.number().int('must be a whole number').min(0, 'must not be negative'),
})

export type LiveChatConfig = z.infer<typeof settings>
