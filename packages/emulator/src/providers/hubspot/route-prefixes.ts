const channels = [
  '/conversations/v3/custom-channels',
  '/conversations/custom-channels/2025-09',
  '/conversations/custom-channels/2026-03',
  '/conversations/custom-channels/2026-09',
]

const conversations = ['/conversations/v3/conversations', '/conversations/conversations/2026-09']

/** The same API under its classic and its dated addresses. */
export const routePrefixes = {
  channels,
  /** The newest v3 specification prints list and create here, too. */
  channelLists: [...channels, '/conversations/custom-channels/v3'],
  conversations,
  /** The specification prints the assignee under a path of its own. */
  assignees: [...conversations, '/conversations/conversations/v3'],
  files: ['/files/v3/files', '/files/2026-03/files'],
  contacts: ['/crm/v3/objects/contacts', '/crm/objects/2026-09/contacts'],
  webhooks: ['/webhooks/v3/:appId', '/webhooks/2026-03/:appId'],
  tokens: ['/oauth/2026-03/token', '/oauth/2026-09/token', '/oauth/v3/token', '/oauth/v1/token'],
} as const
