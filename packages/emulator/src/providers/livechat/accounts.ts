import type { Context } from 'hono'
import { customerByCookies, newCustomer, sendCookies } from './cookie-identity'
import type { AgentCredential, App, Customer, CustomerToken, Organization } from './entities'
import { AccountsError } from './errors'
import { filledText, integer, oneOf, webUrl, type Fields } from './fields'
import { readPayload } from './http'
import { accessToken } from './ids'
import { covers, isAdmin } from './scopes'
import type { World } from './world'

const defaultTtlS = 28_800

/** Scheme and host exact, the configured path a prefix of the sent one, no query or fragment. */
export const redirectAllowed = (app: App, sent: string): boolean =>
  URL.canParse(sent) &&
  app.redirectUris.some((configured) => {
    const have = new URL(sent)
    const want = new URL(configured)
    return have.origin === want.origin && !/[?#]/.test(sent) && have.pathname.startsWith(want.pathname)
  })

/** An `Origin` header may stand in for `redirect_uri`; it has no path to compare. */
const originAllowed = (app: App, origin: string): boolean =>
  URL.canParse(origin) && app.redirectUris.some((configured) => new URL(configured).origin === new URL(origin).origin)

const appFor = (world: World, clientId: string): { organization: Organization; app: App } => {
  const organization = world.state.ownerOf(clientId)
  const app = organization?.apps.get(clientId)
  if (!organization || !app) throw new AccountsError('unauthorized_client', 'Unknown client_id')
  return { organization, app }
}

const issue = (
  world: World,
  organization: Organization,
  customer: Customer,
  clientId: string,
  ttlS: number
): Record<string, unknown> => {
  const token: CustomerToken = {
    value: accessToken(organization.region),
    customerId: customer.id,
    clientId,
    organizationId: organization.id,
    expiresAt: world.services.clock.now() + ttlS * 1000,
  }
  world.state.customerTokens.set(token.value, token)
  return {
    access_token: token.value,
    client_id: clientId,
    entity_id: customer.id,
    expires_in: ttlS,
    organization_id: organization.id,
    token_type: 'Bearer',
  }
}

const cookieGrant = (world: World, c: Context, fields: Fields): Record<string, unknown> => {
  const clientId = fields.required('client_id', filledText)
  const organizationId = fields.required('organization_id', filledText)
  fields.required('response_type', oneOf('token'))
  const redirectUri = fields.optional('redirect_uri', webUrl)
  const ttlS = fields.optional('expires_in', integer(1)) ?? defaultTtlS
  fields.end()
  const { organization, app } = appFor(world, clientId)
  // That a client id works only for the organization that owns it holds for private apps [I].
  if (organization.id !== organizationId) {
    throw new AccountsError('unauthorized_client', 'Client is not available to this organization')
  }
  const origin = c.req.header('origin')
  if (redirectUri === undefined && origin === undefined) {
    throw new AccountsError('invalid_request', 'redirect_uri or an Origin header is required')
  }
  const allowed = redirectUri === undefined ? originAllowed(app, origin ?? '') : redirectAllowed(app, redirectUri)
  if (!allowed) throw new AccountsError('unauthorized_client', 'Invalid redirect URI')
  const customer = customerByCookies(world, organization, c)
  sendCookies(world, customer, c)
  return issue(world, organization, customer, clientId, ttlS)
}

/** The bearer must be an OAuth agent token with `customers:own`, held by an administrator. A PAT is refused. */
const agentByBearer = (world: World, c: Context): { organization: Organization; credential: AgentCredential } => {
  const value = /^Bearer (\S+)$/.exec(c.req.header('authorization') ?? '')?.[1]
  for (const organization of world.state.organizations.values()) {
    const credential = organization.credentials.find((one) => one.kind === 'oauth' && one.token === value)
    const owner = [...organization.agents.values()].find((agent) => agent.accountId === credential?.accountId)
    if (!credential || !owner) continue
    if (!isAdmin(owner) || !credential.scopes.some((scope) => covers(scope, 'customers:own'))) break
    return { organization, credential }
  }
  throw new AccountsError('access_denied', 'An OAuth agent token with customers:own is required')
}

const agentTokenGrant = (world: World, c: Context, fields: Fields): Record<string, unknown> => {
  const { organization } = agentByBearer(world, c)
  const clientId = fields.required('client_id', filledText)
  fields.required('response_type', oneOf('token'))
  const entityId = fields.optional('entity_id', filledText)
  fields.end()
  if (appFor(world, clientId).organization !== organization) {
    throw new AccountsError('unauthorized_client', 'Client is not available to this organization')
  }
  const customer = entityId === undefined ? newCustomer(world, organization) : organization.customers.get(entityId)
  if (!customer) throw new AccountsError('resource_not_found', 'Unknown entity_id')
  return issue(world, organization, customer, clientId, defaultTtlS)
}

export const postCustomerToken = async (world: World, c: Context): Promise<Record<string, unknown>> => {
  const fields = await readPayload(c)
  const grant = fields.required('grant_type', filledText)
  if (grant === 'cookie') return cookieGrant(world, c, fields)
  if (grant === 'agent_token') return agentTokenGrant(world, c, fields)
  throw new AccountsError('unsupported_grant_type', `grant_type ${grant} is not emulated`)
}

/** `Bearer`, or `?code=` with the token. */
const tokenOf = (world: World, c: Context): CustomerToken => {
  const value = /^Bearer (\S+)$/.exec(c.req.header('authorization') ?? '')?.[1] ?? c.req.query('code')
  const token = world.state.customerTokens.get(value ?? '')
  if (!token || token.expiresAt <= world.services.clock.now()) {
    throw new AccountsError('invalid_request', 'Token not found')
  }
  return token
}

/** "Token details" is all that is documented; the fields are those of the token answer [?]. */
export const getCustomerInfo = (world: World, c: Context): Record<string, unknown> => {
  const token = tokenOf(world, c)
  return {
    access_token: token.value,
    client_id: token.clientId,
    entity_id: token.customerId,
    expires_in: Math.ceil((token.expiresAt - world.services.clock.now()) / 1000),
    organization_id: token.organizationId,
    token_type: 'Bearer',
  }
}

export const deleteCustomerToken = (world: World, c: Context): Record<string, unknown> => {
  world.state.customerTokens.delete(tokenOf(world, c).value)
  return {}
}
