import { z } from '@botpress/sdk'
import { type AcmeChatConfig, settings } from './config'

const { apiKey, signingKey } = settings.shape

// TODO (step 2): say where each setting is found in the vendor's app.

/** The settings form as a bot builder sees it in Botpress Studio; a setting without texts does not compile. */
const fields = {
  apiKey: apiKey.secret().title('API key').describe('Key that may open threads and write to them'),
  signingKey: signingKey.secret().title('Signing key').describe('Key with which Acme Chat signs its webhooks'),
} satisfies Record<keyof AcmeChatConfig, z.ZodTypeAny>

export const settingsForm = z.object(fields)

/** What a bot builder may set for one session. */
export const sessionOptions = z.object({
  team: z.string().optional().title('Team').describe('Team that is to answer this session'),
})

export type AcmeChatOptions = z.infer<typeof sessionOptions>
