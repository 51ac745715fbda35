import type {
  AccessToken,
  Channel,
  ChannelAccount,
  Contact,
  DeveloperApp,
  Grant,
  GrantCode,
  Inbox,
  StoredFile,
  Subscription,
  User,
  WebhookSettings,
} from './entities'
import type { Thread } from './thread-entities'
import { newCode, numberSequence } from './ids'
import { contactFrom, type HubSpotSeed } from './seed'

const byId = <K, T extends { id: K }>(items: readonly T[]): Map<K, T> => new Map(items.map((item) => [item.id, item]))

/** Everything this HubSpot remembers: one app, and one portal that installed it. */
export class State {
  readonly portalId: number
  readonly hubDomain: string
  readonly app: DeveloperApp
  readonly users: Map<number, User>
  readonly inboxes: Map<string, Inbox>
  readonly contacts: Map<string, Contact>
  readonly refreshTokens = new Map<string, Grant>()
  readonly accessTokens = new Map<string, AccessToken>()
  readonly grantCodes = new Map<string, GrantCode>()
  readonly channels = new Map<string, Channel>()
  readonly channelAccounts = new Map<string, ChannelAccount>()
  readonly threads = new Map<string, Thread>()
  /** Where a repeated publish finds its first message: channel account and key to message id. */
  readonly published = new Map<string, string>()
  /** Visitor ids by delivery identifier: who comes back is the same visitor. */
  readonly visitorIds = new Map<string, string>()
  readonly files = new Map<string, StoredFile>()
  /** Signs the download addresses of files. */
  readonly fileSecret = newCode()
  webhookSettings: WebhookSettings | undefined
  readonly subscriptions = new Map<number, Subscription>()
  /** Calls of the token endpoint, refused ones too. */
  tokenRequests = 0

  readonly nextGrantId = numberSequence(1)
  /** Paths have channel ids as int32. */
  readonly nextChannelId = numberSequence(1_400_011)
  readonly nextAccountId = numberSequence(1_900_000_017, 3)
  readonly nextThreadId = numberSequence(19_615_248_623, 7)
  readonly nextVisitorId = numberSequence(700_000_001)
  readonly nextContactId = numberSequence(10_051)
  readonly nextTicketId = numberSequence(30_000_000_101)
  readonly nextFileId = numberSequence(180_000_000_003)
  readonly nextEventId = numberSequence(3_816_279_340, 11)
  readonly nextSubscriptionId = numberSequence(25)

  constructor(seed: HubSpotSeed, now: number) {
    this.portalId = seed.portalId
    this.hubDomain = seed.hubDomain
    this.app = structuredClone(seed.app)
    this.users = byId(structuredClone(seed.users))
    this.inboxes = byId(seed.inboxes.map((inbox) => ({ ...inbox, createdAt: now })))
    this.contacts = byId(seed.contacts.map((contact) => contactFrom(contact, now)))
    const grant = { id: this.nextGrantId(), scopes: [...seed.scopes], userId: seed.users[0]?.id ?? 0 }
    this.refreshTokens.set(seed.refreshToken, grant)
  }
}
