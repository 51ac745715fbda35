import { createHash } from 'node:crypto'
import type { Log, ProviderAdapter, ProviderApi, ProviderAuth, TokenSlot } from './adapter'
import type { BotpressPort, StateAddress } from './botpress/port'
import { state } from './botpress/names'
import { ConfigurationError } from './errors'
import { createHttpClient, type HttpClient, type HttpCredential } from './http/client'
import { Deadline } from './http/deadline'
import { createStateTokenStore, type TokenStore } from './oauth/token-store'
import { createTokenSource, type Token } from './oauth/token-source'

/** What the platform tells about one call of our code. */
export type InvocationInput = {
  client: BotpressPort
  log: Log
  integrationId: string
  webhookId: string
  configuration: unknown
  webhookUrl?: string
  /** Time the journey step may take, in ms. */
  budgetMs: number
}

/** One call of our code: everything in it lasts as long as the call. */
export type Invocation<Config, Thread, Options> = {
  adapter: ProviderAdapter<Config, Thread, Options>
  config: Config
  client: BotpressPort
  log: Log
  /** Tells installations apart that share a process. */
  installation: string
  webhookUrl: string
  http: HttpClient
  deadline: Deadline
  /** The provider's calls; those that speak as a contact need the session's conversation id. */
  connect(conversationId?: string): ProviderApi<Thread, Options>
  /** Credential slot of any session. */
  sessionTokens(conversationId: string): TokenSlot
}

const PUBLIC_WEBHOOKS = 'https://webhook.botpress.cloud'

/** @throws ConfigurationError when a setting is missing or malformed */
export function createInvocation<Config, Thread, Options>(
  adapter: ProviderAdapter<Config, Thread, Options>,
  input: InvocationInput
): Invocation<Config, Thread, Options> {
  const { client, log, webhookId } = input
  const config = readConfig(adapter, input.configuration)
  const webhookUrl = input.webhookUrl ?? `${process.env['BP_WEBHOOK_URL'] ?? PUBLIC_WEBHOOKS}/${webhookId}`
  const deadline = new Deadline(input.budgetMs)
  const http = createHttpClient(adapter.name, deadline)

  const slot = (address: StateAddress, wrap = (store: TokenStore) => store): TokenSlot => ({
    source: (options) =>
      createTokenSource(
        `${webhookId}/${address.id}/${address.name}`,
        wrap(createStateTokenStore(client, address)),
        options
      ),
  })
  const sessionTokens = (id: string) => slot({ type: 'conversation', id, name: state.sessionToken })
  const installationTokens = slot(
    { type: 'integration', id: input.integrationId, name: state.installationToken },
    (store) => boundToSettings(store, config)
  )
  const credential = createCredential(adapter.auth(config, http), installationTokens)
  const shared = { config, http, credential, installationTokens, webhookUrl, log }

  return {
    adapter,
    config,
    client,
    log,
    installation: webhookId,
    webhookUrl,
    http,
    deadline,
    sessionTokens,
    connect: (conversationId) =>
      adapter.connect(
        conversationId === undefined ? shared : { ...shared, sessionTokens: sessionTokens(conversationId) }
      ),
  }
}

function readConfig<Config, Thread, Options>(adapter: ProviderAdapter<Config, Thread, Options>, raw: unknown): Config {
  const parsed = adapter.settings.safeParse(raw)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const setting = String(issue?.path[0] ?? 'configuration')
  const problem = issue?.message === 'Required' ? 'is missing' : (issue?.message ?? 'is not valid')
  throw new ConfigurationError(
    setting,
    `The setting "${setting}" ${problem}. Correct it in the ${adapter.name} settings.`,
    {
      provider: adapter.name,
    }
  )
}

/** A token obtained with other settings belongs to another account or app and is not used. */
function boundToSettings(store: TokenStore, config: unknown): TokenStore {
  const settings = createHash('sha256').update(JSON.stringify(config)).digest('hex').slice(0, 16)
  return {
    async read() {
      const token = await store.read()
      return token?.settings === settings ? token : undefined
    },
    write: (token) => store.write({ ...token, settings }),
  }
}

function createCredential(auth: ProviderAuth, slot: TokenSlot): HttpCredential {
  if (auth.kind === 'static') return { headers: async () => auth.headers }
  const source = slot.source(auth.source)
  let used: Token | undefined
  return {
    async headers() {
      used = await source.get()
      return auth.header(used.accessToken)
    },
    async renew() {
      if (used) await source.renew(used)
    },
  }
}
