import type { Agent, AgentCredential, Bot, Group, Organization, Role, RoutingStatus } from './entities'
import { uuid } from './ids'

export type AgentSeed = {
  email: string
  name: string
  avatar: string
  groupIds: number[]
  accountId?: string
  jobTitle?: string
  role?: Role
  status?: RoutingStatus
  maxChats?: number
}

export type LiveChatSeed = {
  organizationId: string
  /** `dal` unless told. */
  region?: string
  clientId: string
  redirectUris: string[]
  /** Belongs to the agent with the same account id, else to the first agent. */
  pat: { accountId: string; token: string; scopes: string[] }
  /** OAuth agent tokens: these, unlike a PAT, may mint customer tokens when they hold `customers:own`. */
  oauthTokens?: { accountId: string; token: string; scopes: string[] }[]
  groups: Group[]
  agents: AgentSeed[]
  bots?: Bot[]
  tags?: string[]
}

/** One organization with two staffed groups, one empty one, and a bot that takes every chat not marked `ignore_bots`. */
export const defaultSeed: LiveChatSeed = {
  organizationId: '0f8c2f9e-5b4d-4c1a-9c55-2b1f7f0e6a31',
  clientId: '5c6e1e7d0a3b4f2c9d8e7f6a5b4c3d2e',
  redirectUris: ['https://webhook.botpress.cloud/'],
  pat: {
    accountId: '7d1f4b6a-3c2e-4a5d-8f9b-0c1d2e3f4a5b',
    token: 'dal:emulated-personal-access-token',
    scopes: [
      'webhooks.configuration:rw',
      'webhooks.state:rw',
      'properties.configuration:rw',
      'chats--all:rw',
      'agents--all:ro',
      'agents-bot--all:ro',
      'groups--all:ro',
      'customers:rw',
      'tags--all:rw',
    ],
  },
  groups: [
    { id: 0, name: 'General', status: 'online' },
    { id: 1, name: 'Sales', status: 'online' },
    { id: 2, name: 'Support', status: 'online' },
    { id: 3, name: 'Night shift', status: 'offline' },
  ],
  agents: [
    {
      email: 'anna@example.com',
      name: 'Anna Nowak',
      avatar: 'https://cdn.livechatinc.com/avatars/anna.png',
      groupIds: [0, 1, 2],
      role: 'administrator',
      jobTitle: 'Support hero',
    },
    {
      email: 'ben@example.com',
      name: 'Ben Carter',
      avatar: 'https://cdn.livechatinc.com/avatars/ben.png',
      groupIds: [0, 2],
    },
  ],
  bots: [
    {
      id: '9f1b6c2d3e4f5a6b7c8d9e0f1a2b3c4d',
      name: 'Eager bot',
      avatar: 'https://cdn.livechatinc.com/avatars/bot.png',
      groupIds: [0, 1, 2],
    },
  ],
  tags: ['botpress', 'vip'],
}

const agentFrom = (seed: AgentSeed, fallbackAccountId: string): Agent => ({
  email: seed.email,
  accountId: seed.accountId ?? fallbackAccountId,
  name: seed.name,
  avatar: seed.avatar,
  ...(seed.jobTitle === undefined ? {} : { jobTitle: seed.jobTitle }),
  role: seed.role ?? 'normal',
  groupIds: [...seed.groupIds],
  status: seed.status ?? 'accepting_chats',
  // 20 is the vendor's ceiling of concurrent chats; lower is a setting of the organization.
  maxChats: seed.maxChats ?? 20,
})

export const organizationFrom = (seed: LiveChatSeed): Organization => {
  const patHasOwner = seed.agents.some((agent) => agent.accountId === seed.pat.accountId)
  const agents = seed.agents.map((agent, index) =>
    agentFrom(agent, index === 0 && !patHasOwner ? seed.pat.accountId : uuid())
  )
  const oauth = (seed.oauthTokens ?? []).map((token): AgentCredential => ({
    kind: 'oauth',
    clientId: seed.clientId,
    ...token,
  }))
  return {
    id: seed.organizationId,
    region: seed.region ?? 'dal',
    apps: new Map([
      [seed.clientId, { clientId: seed.clientId, redirectUris: [...seed.redirectUris], licenseWebhooksEnabled: true }],
    ]),
    credentials: [{ kind: 'pat', ...seed.pat }, ...oauth],
    groups: new Map(seed.groups.map((group) => [group.id, { ...group }])),
    agents: new Map(agents.map((agent) => [agent.email, agent])),
    bots: new Map((seed.bots ?? []).map((bot) => [bot.id, { ...bot }])),
    customers: new Map(),
    chats: new Map(),
    webhooks: new Map(),
    properties: [],
    tags: new Set(seed.tags),
  }
}
