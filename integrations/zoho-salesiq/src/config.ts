import { z } from '@botpress/sdk'

/** One schema per field: marking one as secret marks the schema itself. */
const required = () => z.string().min(1, 'must not be empty')

/** What the settings have to be. What the form says about them is in `form.ts`, which is not part of the bundle. */
export const settings = z.object({
  clientId: required(),
  clientSecret: required(),
  refreshToken: z.string().optional(),
  accessToken: z.string().optional(),
  screenName: z.string().regex(/^[^\s/]+$/, 'must be the name alone, without https:// and slashes'),
  appId: z.string().regex(/^\w+$/, 'must be the ID alone: the number in the address of the brand’s settings page'),
  departmentId: z.string().regex(/^\w+$/, 'must be the ID alone: the number in the address of the department’s page'),
  dataCenter: z.enum(['us', 'eu', 'in', 'au', 'cn', 'jp', 'ca', 'sa', 'uk']),
  webhookPublicKey: z.string().optional(),
  webhookToken: z
    .string()
    .regex(/^$|^[\w-]{16,}$/, 'must have at least 16 letters, digits, - or _')
    .optional(),
})

export type ZohoSalesIqConfig = z.infer<typeof settings>
