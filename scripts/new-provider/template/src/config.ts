import { z } from '@botpress/sdk'

// TODO (step 2): the settings that the vendor's documentation asks for, each with a check that finds a wrong copy.

/** What the settings have to be. What the form says about them is in `form.ts`, which is not part of the bundle. */
export const settings = z.object({
  apiKey: z.string().min(1, 'must not be empty'),
  signingKey: z.string().min(16, 'must have at least 16 characters'),
})

export type AcmeChatConfig = z.infer<typeof settings>
