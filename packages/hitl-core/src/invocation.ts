import type { InstallationNote, Log, ProviderAdapter, ProviderApi, ProviderAuth, TokenSlot } from './adapter'
import type { Platform } from './botpress/platform'
import type { BotpressPort, StateAddress } from './botpress/port'
import { state } from './botpress/names'
import { ConfigurationError } from './errors'
import { hash } from './hash'
import { createInstallationNote } from './installation-note'
import { createHttpClient } from './http/client'
import type { HttpClient, HttpCredential } from './http/request'
import { Deadline } from './http/deadline'
import { createStateTokenStore, type TokenStore } from './oauth/token-store'
import { tokenCredential } from './oauth/token-credential'
import { createTokenSource } from './oauth/token-source'

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
  deadline: Deadline
  platform: Platform
  http: HttpClient
  /** Credential slot of the installation. */
  tokens: TokenSlot
  connect(): ProviderApi<Thread, Options>
  /** The same with time of its own, in ms, for tidying up after a step that may have used up its deadline. */
  connectAfter(budgetMs: number): ProviderApi<Thread, Options>
  note: InstallationNote
  /** Keys of threads whose session this call had to look up. */
  lookedUp: Set<string>
  /** Whether anybody could have sent the webhook of this call. */
  unproven?: boolean
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
  const platform: Platform = { client, integrationId: input.integrationId, deadline }

  const tokensOf = (id: string): TokenSlot => ({
    source: (options) => {
      const store = createStateTokenStore(client, { type: 'conversation', id, name: state.sessionToken })
      return createTokenSource(`${webhookId}/${id}`, store, options)
    },
  })
  const installationTokens: TokenSlot = {
    source: (options) => {
      const address: StateAddress = { type: 'integration', id: input.integrationId, name: state.installationToken }
      const settings = hash(JSON.stringify(options.boundTo ?? config)).slice(0, 16)
      const store = boundToSettings(createStateTokenStore(client, address), settings)
      return createTokenSource(`${webhookId}/${settings}`, store, options, platform)
    },
  }
  const installation = createInstallationNote(client, input.integrationId, webhookId)
  const connectWith = (client: HttpClient) => {
    const credential = createCredential(adapter.auth(config, client), installationTokens)
    return adapter.connect({
      config,
      http: client,
      credential,
      tokensOf,
      installationTokens,
      installation,
      liveThreads: async () => adapter.sessions?.threads(input.client),
      webhookUrl,
      platform,
      log,
    })
  }

  return {
    adapter,
    config,
    client,
    log,
    installation: webhookId,
    webhookUrl,
    deadline,
    platform,
    http,
    tokens: installationTokens,
    connect: () => connectWith(http),
    note: installation,
    lookedUp: new Set(),
    connectAfter: (budgetMs) => connectWith(createHttpClient(adapter.name, new Deadline(budgetMs))),
  }
}

function readConfig<Config, Thread, Options>(
  adapter: ProviderAdapter<Config, Thread, Options>,
  entered: unknown
): Config {
  const raw = withoutSpaces(entered)
  const parsed = adapter.settings.safeParse(raw)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const setting = String(issue?.path[0] ?? 'configuration')
  const problem = issue?.message === 'Required' ? 'is missing' : withoutValue(issue?.message, raw, setting)
  const message = `The setting "${setting}" ${problem}. Correct it in the ${adapter.name} settings.`
  throw new ConfigurationError(setting, message, { provider: adapter.name })
}

/** Copying a setting often brings spaces or a line break along. */
const withoutSpaces = (entered: unknown): unknown =>
  entered && typeof entered === 'object' && !Array.isArray(entered)
    ? Object.fromEntries(
        Object.entries(entered).map(([key, value]) => [key, typeof value === 'string' ? value.trim() : value])
      )
    : entered

/** Some messages quote what was entered, which may be a secret in the wrong field. */
function withoutValue(message: string | undefined, raw: unknown, setting: string): string {
  const value: unknown = raw && typeof raw === 'object' ? Object.entries(raw).find(([key]) => key === setting)?.[1] : ''
  const quotes = typeof value === 'string' && value !== '' && message?.includes(value)
  return message === undefined || quotes ? 'has a value that is not allowed' : message
}

/** A token obtained with other settings belongs to another account or app and is not used. */
function boundToSettings(store: TokenStore, settings: string): TokenStore {
  return {
    async read() {
      const token = await store.read()
      return token?.settings === settings ? token : undefined
    },
    write: (token) => store.write({ ...token, settings }),
  }
}

function createCredential(auth: ProviderAuth, slot: TokenSlot): HttpCredential {
  return auth.kind === 'static'
    ? { headers: async () => auth.headers }
    : tokenCredential(slot.source(auth.source), auth.header)
}
