import type { Context } from 'hono'
import { getCookie } from 'hono/cookie'
import type { Customer, Organization } from './entities'
import { AccountsError } from './errors'
import { secret, uuid } from './ids'
import type { World } from './world'

const twoYearsS = 2 * 365 * 24 * 60 * 60

export const newCustomer = (world: World, organization: Organization): Customer => {
  const customer: Customer = {
    id: uuid(),
    sessionFields: [],
    banned: false,
    createdAt: world.timestamp(),
    secrets: new Map(),
  }
  organization.customers.set(customer.id, customer)
  return customer
}

/**
 * Who the cookies say it is: `__lc_cid` equals the customer id and `__lc_cst` proves it. Without them every call makes a
 * new customer. What LiveChat does with a wrong or lone cookie is not documented [?]; here it is refused, so that a client
 * that mixes up two identities is found out.
 */
export const customerByCookies = (world: World, organization: Organization, c: Context): Customer => {
  const id = getCookie(c, '__lc_cid')
  const proof = getCookie(c, '__lc_cst')
  if (id === undefined && proof === undefined) return newCustomer(world, organization)
  const customer = organization.customers.get(id ?? '')
  const validUntil = customer?.secrets.get(proof ?? '')
  if (!customer || validUntil === undefined || validUntil <= world.services.clock.now()) {
    throw new AccountsError('invalid_grant', 'Customer cookies are not valid')
  }
  return customer
}

/** A new `__lc_cst` on each call. The ones given out before keep working, each two years from its last use. */
export const sendCookies = (world: World, customer: Customer, c: Context): void => {
  const validUntil = world.services.clock.now() + twoYearsS * 1000
  const used = getCookie(c, '__lc_cst')
  if (used !== undefined && customer.secrets.has(used)) customer.secrets.set(used, validUntil)
  const fresh = secret()
  customer.secrets.set(fresh, validUntil)
  // Written by hand: Hono's setCookie refuses a Max-Age above 400 days.
  const lifetime = `Expires=${new Date(validUntil).toUTCString()}; Max-Age=${twoYearsS}`
  const attributes = `Path=/v2/customer; ${lifetime}; HttpOnly; Secure; SameSite=None`
  c.header('set-cookie', `__lc_cid=${customer.id}; ${attributes}`, { append: true })
  c.header('set-cookie', `__lc_cst=${fresh}; ${attributes}`, { append: true })
}
