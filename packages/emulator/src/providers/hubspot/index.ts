import type { ProviderEmulator, ProviderServices } from '../../provider'
import { copyOf } from '../../saved-copy'
import { fieldsOf, withFields } from '../../saved-fields'
import { agentControls, type AgentControls } from './agent'
import { systemControls, type SystemControls } from './controls'
import { coverage } from './coverage'
import { newWorld } from './new-world'
import { hostsFor } from './routes'
import { defaultSeed, type HubSpotSeed } from './seed'
import { defaultSettings, type HubSpotSettings } from './settings'
import { snapshots, threadSnapshot, type Snapshots, type ThreadSnapshot } from './snapshots'
import { State } from './state'
import type { NewSubscription } from './subscriptions-api'
import { tokenControls, type TokenControls } from './token-controls'
import { subscribeByHand, webhookControls, type WebhookControls } from './webhook-controls'
import { threadFor } from './world'

export type { AgentControls } from './agent'
export { eventProperties, eventTypes, type EventProperty, type EventType } from './app-events'
export type { ElsewhereOpening, SystemControls } from './controls'
export { rateLimitFault, type RateLimitPolicy } from './errors'
export { apiHost } from './files'
export type { AgentFile, ReplyOptions } from './replies'
export { defaultSeed, type ContactSeed, type HubSpotSeed } from './seed'
export { defaultSettings, type HubSpotSettings } from './settings'
export type { SignMode } from './signed-headers'
export { signatureV1, signatureV2, signatureV3, uriToSign } from './signing'
export type {
  ActivitySnapshot,
  AttachmentSnapshot,
  ChannelAccountSnapshot,
  ChannelSnapshot,
  FileSnapshot,
  MessageSnapshot,
  Snapshots,
  SubscriptionSnapshot,
  ThreadSnapshot,
  WebhookSettingsSnapshot,
} from './snapshots'
export type { NewSubscription } from './subscriptions-api'
export type { TokenControls } from './token-controls'
export type { GrantOptions } from './tokens'
export type { RawOverrides, WebhookControls } from './webhook-controls'
export { retryPolicy } from './webhooks'

/** HubSpot as its documentation describes it: one app, one portal that installed it, and the hands of its agents. */
export type HubSpotEmulator = ProviderEmulator &
  SystemControls &
  TokenControls &
  Snapshots & {
    readonly name: 'hubspot'
    readonly settings: Readonly<HubSpotSettings>
    configure(changes: Partial<HubSpotSettings>): void
    /** Starts over with one portal; `reset` comes back to it. */
    seed(seed: HubSpotSeed): void
    thread(id: string): ThreadSnapshot
    agent(userId: number): AgentControls
    readonly webhook: WebhookControls
    /** In the app's settings page: a target URL, and subscriptions to assignments and states unless told. */
    subscribeByHand(targetUrl: string, subscriptions?: readonly NewSubscription[]): void
  }

/** Not kept: assignments on their way (`autoAssign` with a delay), events that wait for a batch, and webhooks to retry. */
type Saved = { settings: HubSpotSettings; seeded: HubSpotSeed; state: unknown }

export const hubspot = (services: ProviderServices): HubSpotEmulator => {
  const world = newWorld(services)
  let seeded = defaultSeed
  const startOver = (): void => {
    world.appEvents.reset()
    world.state = new State(seeded, services.clock.now())
  }
  const own: Omit<HubSpotEmulator, keyof Snapshots | keyof TokenControls> = {
    name: 'hubspot',
    hosts: hostsFor(world),
    coverage,
    get settings() {
      return { ...world.settings }
    },
    configure: (changes) => {
      const assignee = changes.autoAssign?.userId
      if (assignee !== undefined && !world.state.users.has(assignee)) throw new Error(`HubSpot has no user ${assignee}`)
      world.settings = { ...world.settings, ...changes }
    },
    seed: (seed) => {
      seeded = structuredClone(seed)
      startOver()
    },
    thread: (id) => threadSnapshot(threadFor(world, id)),
    agent: (userId) => agentControls(world, userId),
    ...systemControls(world),
    webhook: webhookControls(world),
    subscribeByHand: (targetUrl, subscriptions) => subscribeByHand(world, targetUrl, subscriptions),
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
      world.state = withFields(new State(seed, services.clock.now()), state)
      world.appEvents.reset()
      world.settings = { ...defaultSettings, ...copyOf(settings) }
      seeded = copyOf(seed)
    },
  }
  const tokens = tokenControls(world, () => seeded)
  return withGetters(own, withGetters(snapshots(world), tokens))
}

/** Spreading would read the getters once; this keeps them. */
const withGetters = <A extends object, B extends object>(target: A, source: B): A & B =>
  Object.defineProperties(target, Object.getOwnPropertyDescriptors(source)) as A & B
