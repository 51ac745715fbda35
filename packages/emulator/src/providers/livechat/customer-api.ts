import type { Context } from 'hono'
import type { Answer, CustomerAction, CustomerCall } from './customer-call'
import { customerChatActions } from './customer-chats'
import { customerDataActions } from './customer-data'
import { customerReadingActions } from './customer-reading'
import { invalid, refuse } from './errors'
import { bearerOf, checkRegion, readPayload, readUploadedFile } from './http'
import { customerOf } from './state'
import { storeUpload } from './uploads'
import type { World } from './world'

export const customerActions: Readonly<Record<string, CustomerAction>> = {
  ...customerChatActions,
  ...customerDataActions,
  ...customerReadingActions,
}

/** `organization_id` in the query is mandatory since 3.4; only a customer token opens this API. */
const authenticate = (world: World, c: Context): Omit<CustomerCall, 'fields'> => {
  const organizationId = c.req.query('organization_id')
  if (organizationId === undefined) throw invalid("Query parameter 'organization_id' is required")
  const organization = world.state.organizations.get(organizationId)
  if (!organization) throw refuse('license_not_found', 'Organization not found')
  checkRegion(world, organization, c)
  const token = world.state.customerTokens.get(bearerOf(c))
  if (!token) throw refuse('authentication', 'Invalid access token')
  if (token.expiresAt <= world.services.clock.now()) throw refuse('authentication', 'Access token expired')
  if (token.organizationId !== organizationId) throw refuse('authentication', 'Token belongs to another organization')
  const customer = customerOf(organization, token.customerId)
  if (customer.banned) throw refuse('customer_banned', 'Customer is banned')
  return { world, organization, customer, token }
}

export const runCustomerAction = async (world: World, c: Context, action: CustomerAction): Promise<Answer> =>
  action({ ...authenticate(world, c), fields: await readPayload(c) })

/** multipart/form-data with one part named `file`. */
export const customerUpload = async (world: World, c: Context): Promise<Answer> => {
  authenticate(world, c)
  return { url: storeUpload(world, await readUploadedFile(c)).url }
}
