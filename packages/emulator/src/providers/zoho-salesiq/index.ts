import type { ProviderEmulator, ProviderServices } from '../../provider'
import { copyOf } from '../../saved-copy'
import { fieldsOf, withFields } from '../../saved-fields'
import { grantCode, type GrantOptions } from './accounts'
import { agentControls, type AgentControls } from './agent'
import { systemControls, type SystemControls } from './controls'
import { type Consent, consentTo } from './consent'
import { coverage } from './coverage'
import { hostsFor } from './routes'
import { defaultSeed, type ZohoSeed } from './seed'
import { defaultSettings, type ZohoSettings } from './settings'
import { allConversations, conversationSnapshot, type ConversationSnapshot } from './snapshots'
import { State } from './state'
import { expireAccessTokens, liveTokens, revokeRefreshToken } from './tokens'
import { registerByHand, webhookControls, type ByHandOptions, type WebhookControls } from './webhook-controls'
import { Webhooks, type WebhookEvent } from './webhooks'
import { conversationFor, type World } from './world'

export { accountsPlaceholder, salesIqPlaceholder } from './coverage'
export { dataCenters, type DataCenter } from './data-centers'
export type { ConversationState } from './entities'
export { errorCodes, type ErrorName } from './errors'
export { defaultSeed, type ZohoSeed } from './seed'
export { defaultSettings, type ZohoSettings } from './settings'
export { retryPolicy, webhookEvents, type WebhookEvent } from './webhooks'
export type { AgentControls, AgentFile } from './agent'
export type { GrantOptions } from './accounts'
export type { SystemControls, WebsiteOpening } from './controls'
export type { ConversationSnapshot, MessageSnapshot } from './snapshots'
export type { ByHandOptions, RawOverrides, WebhookControls, WebhookSnapshot } from './webhook-controls'

/** Zoho SalesIQ as its documentation describes it, with the hands of its operators. */
export type ZohoSalesIqEmulator = ProviderEmulator &
  SystemControls & {
    readonly name: 'zoho-salesiq'
    readonly settings: Readonly<ZohoSettings>
    configure(changes: Partial<ZohoSettings>): void
    /** Starts over with one account; `reset` comes back to it. */
    seed(seed: ZohoSeed): void
    readonly conversations: readonly ConversationSnapshot[]
    /** By numeric or hex id. */
    conversation(id: string): ConversationSnapshot
    agent(operatorId: string): AgentControls
    readonly webhook: WebhookControls
    registerWebhookByHand(
      url: string,
      events: readonly WebhookEvent[],
      options?: ByHandOptions
    ): { id: string; publicKey?: string }
    /** What the consent page gives to the redirect address: a code to exchange once, within two minutes. */
    grantCode(options?: GrantOptions): string
    /** Enters a redirect address at the client, as the API Console does. */
    allowRedirect(redirectUri: string): void
    /** An administrator opens the page that asks for access. Returns the address at which the browser ends up. */
    consentTo(address: string, consent?: Consent): string
    /** Every access token given out so far stops working. */
    expireAccessTokens(): void
    /** The org refresh token of the seed unless told; its access tokens go with it. */
    revokeRefreshToken(token?: string): void
    /** Calls of the token endpoint so far, refused ones too. */
    readonly tokenRequests: number
    /** Access tokens that work now, oldest first. */
    readonly liveTokens: readonly string[]
  }

/** Not kept: the ringing of conversations that wait (`autoAssign`, `waitTime`), and webhooks that were not accepted yet. */
type Saved = { settings: ZohoSettings; seeded: ZohoSeed; state: unknown }

const newWorld = (services: ProviderServices): World => {
  const world: World = {
    services,
    settings: { ...defaultSettings },
    state: new State(defaultSeed),
    webhooks: new Webhooks(
      services,
      () => world.settings,
      () => world.state
    ),
  }
  return world
}

export const zohoSalesIq = (services: ProviderServices): ZohoSalesIqEmulator => {
  const world = newWorld(services)
  let seeded = defaultSeed
  const startOver = (): void => {
    world.state = new State(seeded)
  }
  return {
    name: 'zoho-salesiq',
    hosts: hostsFor(world),
    coverage,
    get settings() {
      return { ...world.settings }
    },
    configure: (changes) => {
      const assignee = changes.autoAssign?.operatorId
      if (assignee !== undefined && !world.state.account.operators.has(assignee)) {
        throw new Error(`SalesIQ has no operator ${assignee}`)
      }
      world.settings = { ...world.settings, ...changes }
    },
    seed: (seed) => {
      seeded = structuredClone(seed)
      startOver()
    },
    get conversations() {
      return allConversations(world)
    },
    conversation: (id) => conversationSnapshot(conversationFor(world, id)),
    agent: (operatorId) => agentControls(world, operatorId),
    ...systemControls(world),
    webhook: webhookControls(world),
    registerWebhookByHand: (url, events, options) => registerByHand(world, url, events, options),
    grantCode: (options = {}) => grantCode(world, seeded.scopes, options),
    allowRedirect: (redirectUri) => {
      world.state.account.client.redirectUris.push(redirectUri)
    },
    consentTo: (address, consent = 'agree') => consentTo(world, address, consent),
    expireAccessTokens: () => expireAccessTokens(world),
    revokeRefreshToken: (token) => {
      revokeRefreshToken(world, token ?? seeded.refreshToken)
    },
    get tokenRequests() {
      return world.state.tokenRequests
    },
    get liveTokens() {
      return liveTokens(world).map(({ value }) => value)
    },
    reset: () => {
      world.settings = { ...defaultSettings }
      startOver()
    },
    save: (): Saved => ({
      settings: copyOf(world.settings),
      seeded: copyOf(seeded),
      state: fieldsOf(world.state),
    }),
    restore: (saved) => {
      const { settings, seeded: seed, state } = saved as Saved
      world.state = withFields(new State(seed), state)
      world.settings = { ...defaultSettings, ...copyOf(settings) }
      seeded = copyOf(seed)
    },
  }
}
