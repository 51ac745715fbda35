import { z } from '@botpress/sdk'
import { type HubSpotConfig, settings } from './config'

const { shape } = settings

/** The settings form as a bot builder sees it in Botpress Studio; a setting without texts does not compile. */
const fields = {
  developerApiKey: shape.developerApiKey
    .secret()
    .title('Developer API key')
    .describe('HubSpot developer account > Keys > Developer API key. Makes the channel and the webhooks of the app'),
  appId: shape.appId
    .title('App ID')
    .describe('HubSpot developer account > Apps > your app > Auth: the number called App ID'),
  clientId: shape.clientId.title('Client ID').describe('HubSpot developer account > Apps > your app > Auth'),
  clientSecret: shape.clientSecret
    .secret()
    .title('Client secret')
    .describe('Beside the client ID. Also proves that webhooks come from HubSpot'),
  refreshToken: shape.refreshToken
    .unwrap()
    .secret()
    .optional()
    .title('Refresh token')
    .describe('Leave it empty to connect in the browser: saving then answers with the address to open'),
  helpDeskId: shape.helpDeskId
    .title('Help Desk or inbox ID')
    .describe('Not known yet? Enter 1: after connecting, page and error list those that your account has'),
} satisfies Record<keyof HubSpotConfig, z.ZodTypeAny>

export const settingsForm = z.object(fields)

/** What a bot builder may set for one session. */
export const sessionOptions = z.object({
  inboxId: z
    .string()
    .optional()
    .title('Help Desk or inbox ID')
    .describe('Send this session to another Help Desk or inbox than the one in the settings'),
  phone: z
    .string()
    .optional()
    .title('Phone number')
    .describe(
      'Of the user, with country code, for example +14155550123. Finds the contact when there is no email address'
    ),
})

export type HubSpotOptions = z.infer<typeof sessionOptions>
