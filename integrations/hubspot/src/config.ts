import { z } from '@botpress/sdk'

/** One schema per field: marking one as secret marks the schema itself. */
const required = () => z.string().min(1, 'must not be empty')

/** What the settings have to be. What the form says about them is in `form.ts`, which is not part of the bundle. */
export const settings = z.object({
  developerApiKey: required(),
  appId: z.string().regex(/^\d+$/, 'must be the number of the app alone'),
  clientId: required(),
  clientSecret: required(),
  refreshToken: z.string().optional(),
  helpDeskId: z.string().regex(/^\d+$/, 'must be the ID alone: a number'),
})

export type HubSpotConfig = z.infer<typeof settings>
