import type { Answer, Call } from './call'
import { listConversations } from './conversation-list'
import { closeAsOperator, getConversation, getTranscript, postOperatorMessage, putTransfer } from './operator-api'
import { getApp, getDepartment, listApps, listDepartments } from './portal-api'
import type { Scope } from './scopes'
import type { ZohoSettings } from './settings'
import { closeAsVisitor, postConversation, postVisitorMessage } from './visitor-api'
import { deleteKey, deleteWebhook, getWebhook, listWebhooks, postKey, postWebhook, putWebhook } from './webhook-api'

export type Route = {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  path: string
  scope: Scope
  run(call: Call): Promise<Answer>
  /** The visitor API: user tokens are refused. */
  orgOnly?: true
  /** Other routes take no query. */
  takesQuery?: true
  /** Whether the settings let this call through; else it is 1009. */
  allowed?(settings: ZohoSettings): boolean
  /** False for a method that the settings switch off: 1004. */
  methodIsRight?(settings: ZohoSettings): boolean
}

const visitor = '/api/visitor/v1/:screen/conversations'
const portal = '/api/v2/:screen'
const conversation = `${portal}/conversations/:id`
const webhook = `${portal}/webhooks/:id`

/** Nobody knows the method, so both exist and the setting says which one is wrong. */
const close = (method: 'PUT' | 'POST', path: string, rest: Pick<Route, 'run' | 'orgOnly' | 'allowed'>): Route => ({
  method,
  path: `${path}/close`,
  scope: 'conversations.UPDATE',
  methodIsRight: (settings) => settings.closeMethod === method,
  ...rest,
})

const operatorClose = {
  run: closeAsOperator,
  allowed: ({ operatorClose: setting }: ZohoSettings) => setting === 'allowed',
}
const visitorClose = {
  run: closeAsVisitor,
  orgOnly: true,
  allowed: ({ visitorClose: setting }: ZohoSettings) => setting === 'allowed',
} as const

const conversationRoutes: readonly Route[] = [
  { method: 'POST', path: visitor, scope: 'conversations.CREATE', run: postConversation, orgOnly: true },
  {
    method: 'POST',
    path: `${visitor}/:id/messages`,
    scope: 'conversations.CREATE',
    run: postVisitorMessage,
    orgOnly: true,
  },
  close('PUT', '/visitor/v2/:screen/conversations/:id', visitorClose),
  close('POST', '/visitor/v2/:screen/conversations/:id', visitorClose),
  close('PUT', conversation, operatorClose),
  close('POST', conversation, operatorClose),
  {
    method: 'GET',
    path: `${portal}/conversations`,
    scope: 'conversations.READ',
    run: listConversations,
    takesQuery: true,
  },
  { method: 'GET', path: conversation, scope: 'conversations.READ', run: getConversation },
  {
    method: 'GET',
    path: `${conversation}/messages`,
    scope: 'conversations.READ',
    run: getTranscript,
    takesQuery: true,
    allowed: ({ transcript }) => transcript === 'allowed',
  },
  { method: 'POST', path: `${conversation}/messages`, scope: 'conversations.CREATE', run: postOperatorMessage },
  { method: 'PUT', path: `${conversation}/transfer`, scope: 'conversations.UPDATE', run: putTransfer },
]

const portalRoutes: readonly Route[] = [
  { method: 'GET', path: `${portal}/apps`, scope: 'apps.READ', run: listApps },
  { method: 'GET', path: `${portal}/apps/:id`, scope: 'apps.READ', run: getApp },
  { method: 'GET', path: `${portal}/departments`, scope: 'departments.READ', run: listDepartments, takesQuery: true },
  { method: 'GET', path: `${portal}/departments/:id`, scope: 'departments.READ', run: getDepartment },
]

const mayRead = ({ webhookApi }: ZohoSettings): boolean => webhookApi !== 'refused'
const mayWrite = ({ webhookApi }: ZohoSettings): boolean => webhookApi === 'allowed'

const webhookRoutes: readonly Route[] = [
  { method: 'POST', path: `${portal}/webhooks`, scope: 'webhooks.CREATE', run: postWebhook, allowed: mayWrite },
  { method: 'GET', path: `${portal}/webhooks`, scope: 'webhooks.READ', run: listWebhooks, allowed: mayRead },
  { method: 'GET', path: webhook, scope: 'webhooks.READ', run: getWebhook, allowed: mayRead },
  { method: 'PUT', path: webhook, scope: 'webhooks.UPDATE', run: putWebhook, allowed: mayWrite },
  { method: 'DELETE', path: webhook, scope: 'webhooks.DELETE', run: deleteWebhook, allowed: mayWrite },
  { method: 'POST', path: `${webhook}/keys`, scope: 'webhooks.CREATE', run: postKey, allowed: mayWrite },
  { method: 'DELETE', path: `${webhook}/keys/:key`, scope: 'webhooks.DELETE', run: deleteKey, allowed: mayWrite },
]

export const routes: readonly Route[] = [...conversationRoutes, ...portalRoutes, ...webhookRoutes]
