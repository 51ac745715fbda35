import {
  type Check,
  ConfigurationError,
  CREDENTIAL_REFUSED,
  type Findings,
  type HttpClient,
  ProviderHttpError,
  ProviderUnreachableError,
  readPublicKey,
  ReauthorizationRequiredError,
  type TokenSource,
} from '@hitl/core'
import { CODE, isRefusal, ORG_CLIENT, type SalesIqClient } from './client'
import type { ZohoSalesIqConfig } from './config'
import { notConnected } from './connection'
import { dataCenters } from './data-centers'
import { asText, brand, departmentList, departmentsOfBrand } from './schemas'
import { isProof, NOT_CONNECTED, refresh } from './tokens'

const provider = 'Zoho SalesIQ'

export type ProofTools = {
  client: SalesIqClient
  http: HttpClient
  config: ZohoSalesIqConfig
  tokens: TokenSource
  webhookUrl: string
}

const wrong = (setting: keyof ZohoSalesIqConfig, message: string, cause?: unknown) =>
  new ConfigurationError(setting, message, { provider, cause })

/** They prove every setting with as few calls as it takes, or throw a ConfigurationError naming it. */
export function checksOf(tools: ProofTools): readonly Check[] {
  const connected = (name: string, prove: (tools: ProofTools) => Promise<Findings | undefined>): Check => ({
    name,
    run: () =>
      prove(tools).catch((error: unknown) => {
        throw explainConnection(tools, error)
      }),
  })
  return [
    { name: 'publicKey', run: () => provePublicKey(tools) },
    connected('connection', proveConnection),
    connected('brand', proveBrand),
    connected('visitorSide', proveOrgToken),
  ]
}

async function provePublicKey({ config }: ProofTools): Promise<undefined> {
  if (!config.webhookPublicKey || readPublicKey(config.webhookPublicKey)?.asymmetricKeyType === 'rsa') return
  const message =
    'The setting "webhookPublicKey" is no RSA public key. Copy the whole key that SalesIQ shows for the webhook.'
  throw wrong('webhookPublicKey', message)
}

/** A stored token that came from these very settings proves them; else one is obtained now. */
async function proveConnection({ http, config, tokens }: ProofTools): Promise<undefined> {
  const stored = await tokens.stored()
  if (isProof(stored, config)) return
  await tokens.save(await refresh(config, http, stored?.refresh))
}

function explainConnection({ config, webhookUrl }: ProofTools, error: unknown): unknown {
  const { dataCenter, refreshToken } = config
  const { accounts } = dataCenters[dataCenter]
  const where = `in the data center "${dataCenter}" (${accounts})`
  if (error instanceof ProviderUnreachableError && !error.sent) {
    const message = `Zoho cannot be reached ${where}. If that stays so, check the setting "dataCenter".`
    return wrong('dataCenter', message, error)
  }
  if (!(error instanceof ReauthorizationRequiredError)) return error
  if (error.reason === NOT_CONNECTED) return notConnected(config, webhookUrl, NOT_YET)
  if (error.reason === 'invalid_client') {
    const message =
      `Zoho knows no client of the setting "clientId" ${where}. Check "dataCenter" first: it is the one in whose API ` +
      'Console the client was made. Then copy the client ID again.'
    return wrong('clientId', message, error)
  }
  if (error.reason === 'invalid_client_secret') {
    return wrong('clientSecret', 'Zoho refused the setting "clientSecret". Copy it again from the API Console.', error)
  }
  if (!refreshToken) return notConnected(config, webhookUrl, 'Zoho has ended the connection.')
  const message =
    `Zoho refused the setting "refreshToken" ${where}: it was revoked, belongs to another client or data center, or ` +
    'is an authorization code. Get a new one as the set-up guide says under "Without a browser connection", or empty ' +
    'the setting to connect in the browser.'
  return wrong('refreshToken', message, error)
}

const NOT_YET = 'Zoho SalesIQ is not connected yet, and the setting "refreshToken" is empty.'

async function proveBrand(tools: ProofTools): Promise<Findings> {
  const { client, config } = tools
  const { appId, departmentId } = config
  const path = `apps/${encodeURIComponent(appId)}`
  const call = { method: 'GET' as const, path, repeatable: true }
  const { name, enabled, departments } = await client.ask('rest', call, brand).catch((error: unknown) => {
    if (!isRefusal(error)) throw error
    throw explainAccess(tools, error) ?? unknownBrand(appId, error)
  })
  const known = departmentsOfBrand(departments)
  if (known.size === 0) await findDepartment(client, departmentId)
  else if (!known.has(departmentId)) throw unknownDepartment(departmentId, known)
  return {
    brand: asText(name),
    department: known.get(departmentId),
    notice: enabled === false || enabled === 'false' ? DISABLED : undefined,
  }
}

const DISABLED =
  'The brand of the setting "appId" is disabled in SalesIQ: agents may not see its chats. Enable it under Settings > Brands.'

const unknownBrand = (appId: string, cause: unknown) =>
  wrong('appId', `SalesIQ knows no brand "${appId}" (setting "appId"). Copy the ID from Settings > Brands.`, cause)

function unknownDepartment(departmentId: string, known: ReadonlyMap<string, string>): ConfigurationError {
  const names = [...known].slice(0, 10).map(([id, name]) => `${name} (${id})`)
  const list = names.length > 0 ? ` Its departments are: ${names.join(', ')}.` : ''
  const message = `The brand of the setting "appId" has no department "${departmentId}" (setting "departmentId").${list}`
  return wrong('departmentId', message)
}

/** The list comes in pages of 20. Source: rest-api-department-list.html. */
const PAGE = 20
const MOST_PAGES = 25

/**
 * For brands that do not tell their departments. Benefit of the doubt for a token that may not look, and where the list
 * ends with an empty page: whether `index` counts departments or pages is not documented.
 */
async function findDepartment(client: SalesIqClient, departmentId: string): Promise<void> {
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const query = { index: String(page * PAGE) }
    const call = { method: 'GET' as const, path: 'departments', query, repeatable: true }
    const departments = await client.ask('rest', call, departmentList).catch((error: unknown) => {
      if (isRefusal(error) && error.type === CODE.scope) return undefined
      throw error
    })
    if (!departments || departments.length === 0 || departments.some(({ id }) => id === departmentId)) return
    if (departments.length < PAGE) break
  }
  throw unknownDepartment(departmentId, new Map())
}

/** No conversation has this id. */
const NOWHERE = '0'

/** Only the visitor's side asks for an ORG client: a message to no conversation is refused for the one or the other. */
async function proveOrgToken(tools: ProofTools): Promise<undefined> {
  const path = `conversations/${NOWHERE}/messages`
  try {
    await tools.client.tell('visitor', { method: 'POST', path, json: { text: 'Connection test' }, repeatable: false })
  } catch (error) {
    const explained = isRefusal(error) ? explainAccess(tools, error) : error
    if (explained) throw explained
  }
}

/** Undefined for a refusal that is about something else. */
function explainAccess({ config, webhookUrl }: ProofTools, error: ProviderHttpError): Error | undefined {
  const { screenName, dataCenter, refreshToken } = config
  if (error.type === CODE.screenName) {
    const message = `SalesIQ knows no portal "${screenName}" (setting "screenName") in the data center "${dataCenter}".`
    return wrong('screenName', `${message} Copy the first part of the path in the address of SalesIQ.`, error)
  }
  if (error.type === CODE.scope && !refreshToken) {
    return notConnected(config, webhookUrl, 'The connection may not do this. The client has to be an ORG client.')
  }
  if (error.type === CODE.scope) {
    const message = `The setting "refreshToken" belongs to a connection that may not do this. ${ORG_CLIENT}.`
    return wrong('refreshToken', message, error)
  }
  if (error.type === CREDENTIAL_REFUSED || error.status === 403) {
    const message =
      `SalesIQ in the data center "${dataCenter}" does not accept the access token that Zoho has just given. Check the ` +
      'settings "dataCenter" and "screenName".'
    return wrong('dataCenter', message, error)
  }
  return undefined
}
