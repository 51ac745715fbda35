import { z } from '@botpress/sdk'
import { settings, type ZohoSalesIqConfig } from './config'

const { shape } = settings

/** The settings form as a bot builder sees it in Botpress Studio; a setting without texts does not compile. */
const fields = {
  clientId: shape.clientId
    .title('Client ID')
    .describe('Zoho API Console > your client of the type ORG (Organization) > Client Secret tab'),
  clientSecret: shape.clientSecret
    .secret()
    .title('Client secret')
    .describe('Zoho API Console > your client of the type ORG (Organization) > Client Secret tab'),
  refreshToken: shape.refreshToken
    .unwrap()
    .secret()
    .optional()
    .title('Refresh token')
    .describe('Leave it empty to connect in the browser: saving then answers with the address to open'),
  accessToken: shape.accessToken
    .unwrap()
    .secret()
    .optional()
    .title('Access token')
    .describe(
      'From the same answer as a refresh token entered here. Only used until the first own renewal; may stay empty'
    ),
  screenName: shape.screenName
    .title('Screen name')
    .describe('First part of the path when SalesIQ is open: https://salesiq.zoho.com/<screen name>/…'),
  appId: shape.appId
    .title('Brand ID (app ID)')
    .describe('SalesIQ > Settings > Brands > your brand: the number in the address'),
  departmentId: shape.departmentId
    .title('Department ID')
    .describe('SalesIQ > Settings > Departments > your department: the number in the address'),
  dataCenter: shape.dataCenter
    .title('Data center')
    .describe('Where your Zoho account lives, by the end of the address: .com is us, .eu is eu, zohocloud.ca is ca'),
  webhookPublicKey: shape.webhookPublicKey
    .title('Webhook public key')
    .describe('Only for a webhook made by hand: its public key. Webhooks without its signature are then refused'),
  webhookToken: shape.webhookToken
    .unwrap()
    .secret()
    .optional()
    .title('Webhook token')
    .describe('Only for a webhook made by hand: a secret of your choice that its address carries as ?token=…'),
} satisfies Record<keyof ZohoSalesIqConfig, z.ZodTypeAny>

export const settingsForm = z.object(fields)

/** What a bot builder may set for one session. */
export const sessionOptions = z.object({
  departmentId: z
    .string()
    .optional()
    .title('Department ID')
    .describe('Send this session to another department than the one in the settings'),
  appId: z
    .string()
    .optional()
    .title('Brand ID (app ID)')
    .describe('Open this session in another brand than the one in the settings'),
  waitTimeSeconds: z
    .number()
    .int()
    .min(1)
    .max(999)
    .optional()
    .title('Wait time in seconds')
    .describe('How long the chat rings before it counts as missed, at most 999'),
  customInfo: z
    .record(z.string())
    .optional()
    .title('Custom info')
    .describe('Names and values the agent sees beside the chat. "phone" also becomes the phone number of the visitor'),
})

export type ZohoSalesIqOptions = z.infer<typeof sessionOptions>
