import type { ProviderEmulator, ProviderServices } from '../../provider'
import { copyOf } from '../../saved-copy'
import { fieldsOf, withFields } from '../../saved-fields'
import { agentControls, type AgentControls } from './agent'
import {
  botControls,
  setAgentStatus,
  setGroupStatus,
  systemControls,
  type BotControls,
  type SystemControls,
} from './controls'
import { coverage } from './coverage'
import type { GroupStatus, Organization, RoutingStatus } from './entities'
import { hostsFor } from './routes'
import { defaultSeed, organizationFrom, type LiveChatSeed } from './seed'
import { defaultSettings, type LiveChatSettings } from './settings'
import { allChats, chatSnapshot, sceneFor, type ChatSnapshot } from './snapshots'
import { State } from './state'
import { registerByHand, webhookControls, type ByHandOptions, type WebhookControls } from './webhook-controls'
import { Webhooks, type WebhookAction } from './webhooks'
import { microsecondClock, type World } from './world'

export { defaultSeed, type AgentSeed, type LiveChatSeed } from './seed'
export { defaultSettings, type LiveChatSettings } from './settings'
export { retryPolicy, webhookActions, type WebhookAction } from './webhooks'
export { statusByErrorType, type ErrorType } from './errors'
export type { AgentControls, RichMessage } from './agent'
export type { BotControls, SystemControls } from './controls'
export type { ChatSnapshot, ThreadSnapshot } from './snapshots'
export type { ByHandOptions, RawOverrides, WebhookControls } from './webhook-controls'

/** LiveChat 3.6 as its documentation describes it, with the hands of its agents. */
export type LiveChatEmulator = ProviderEmulator & {
  readonly name: 'livechat'
  readonly settings: Readonly<LiveChatSettings>
  configure(changes: Partial<LiveChatSettings>): void
  /** Starts over with one organization; `reset` comes back to it. */
  seed(seed: LiveChatSeed): void
  /** A second organization on the same hosts, until the next `reset` or `seed`. */
  addOrganization(seed: LiveChatSeed): void
  /** Another app of the first organization. */
  addApp(app: { clientId: string; redirectUris: string[] }): void
  readonly chats: readonly ChatSnapshot[]
  chat(chatId: string): ChatSnapshot
  agent(email: string): AgentControls
  readonly bot: BotControls
  readonly system: SystemControls
  readonly webhook: WebhookControls
  /** Returns the webhook's id. */
  registerWebhookByHand(action: WebhookAction, url: string, secret: string, options?: ByHandOptions): string
  setGroupStatus(groupId: number, status: GroupStatus): void
  setAgentStatus(email: string, status: RoutingStatus): void
  /** Every customer token given out so far stops working; the cookies stay good. */
  expireCustomerTokens(): void
  /** Every PAT stops working. */
  revokePat(): void
}

/** Not kept: agents on their way into a chat (`autoAssign` with a delay), and webhooks that were not accepted yet. */
type Saved = { settings: LiveChatSettings; seeded: LiveChatSeed; lastTimestamp: number; state: unknown }

const newWorld = (services: ProviderServices): World => {
  const world: World = {
    services,
    settings: { ...defaultSettings },
    state: new State([defaultSeed]),
    webhooks: new Webhooks(services, () => world.settings),
    timestamp: microsecondClock(() => services.clock.now()),
  }
  return world
}

const firstOrganization = (world: World): Organization => {
  const [organization] = world.state.organizations.values()
  if (!organization) throw new Error('LiveChat has no organization')
  return organization
}

const revokePat = (world: World): void => {
  for (const organization of world.state.organizations.values()) {
    organization.credentials = organization.credentials.filter((credential) => credential.kind !== 'pat')
  }
}

const expireCustomerTokens = (world: World): void => {
  const now = world.services.clock.now()
  for (const token of world.state.customerTokens.values()) token.expiresAt = Math.min(token.expiresAt, now)
}

export const livechat = (services: ProviderServices): LiveChatEmulator => {
  const world = newWorld(services)
  let seeded = defaultSeed
  const startOver = (): void => {
    world.state = new State([seeded])
  }
  return {
    name: 'livechat',
    hosts: hostsFor(world),
    coverage,
    get settings() {
      return { ...world.settings }
    },
    configure: (changes) => {
      world.settings = { ...world.settings, ...changes }
    },
    seed: (seed) => {
      seeded = structuredClone(seed)
      startOver()
    },
    addOrganization: (seed) => {
      world.state.organizations.set(seed.organizationId, organizationFrom(seed))
    },
    addApp: (app) => {
      firstOrganization(world).apps.set(app.clientId, { ...app, licenseWebhooksEnabled: true })
    },
    get chats() {
      return allChats(world)
    },
    chat: (chatId) => {
      const { organization, chat } = sceneFor(world, chatId)
      return chatSnapshot(organization, chat)
    },
    agent: (email) => agentControls(world, email),
    bot: botControls(world),
    system: systemControls(world),
    webhook: webhookControls(world),
    registerWebhookByHand: (action, url, secret, options) =>
      registerByHand(world, firstOrganization(world), action, url, secret, options),
    setGroupStatus: (groupId, status) => setGroupStatus(world, groupId, status),
    setAgentStatus: (email, status) => setAgentStatus(world, email, status),
    expireCustomerTokens: () => expireCustomerTokens(world),
    revokePat: () => revokePat(world),
    reset: () => {
      world.settings = { ...defaultSettings }
      world.timestamp = microsecondClock(() => services.clock.now())
      startOver()
    },
    save: (): Saved => ({
      settings: { ...world.settings },
      seeded: copyOf(seeded),
      lastTimestamp: world.timestamp.last,
      state: fieldsOf(world.state),
    }),
    restore: (saved) => {
      const { settings, seeded: seed, lastTimestamp, state } = saved as Saved
      world.state = withFields(new State([]), state)
      world.settings = { ...defaultSettings, ...settings }
      world.timestamp = microsecondClock(() => services.clock.now(), lastTimestamp)
      seeded = copyOf(seed)
    },
  }
}
