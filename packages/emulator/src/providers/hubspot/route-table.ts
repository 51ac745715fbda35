import { getAccount, listAccounts, patchAccount, postAccount } from './accounts-api'
import { getActor, readActors } from './actors-api'
import type { Answer, Call } from './call'
import { deleteChannel, getChannel, listChannels, patchChannel, postChannel } from './channels-api'
import { getContact, postContact, searchContacts } from './contacts-api'
import { getFile, getSignedUrl, postFile } from './files-api'
import {
  getConversationChannel,
  getInbox,
  listConversationAccounts,
  listConversationChannels,
  listInboxes,
} from './inboxes-api'
import { getMessage, patchMessage, postMessage } from './messages-api'
import { routePrefixes } from './route-prefixes'
import {
  deleteSubscription,
  listSubscriptions,
  patchSubscription,
  postSubscription,
  updateSubscriptions,
} from './subscriptions-api'
import { getOriginalContent, getThreadMessage, listThreadMessages, postThreadMessage } from './thread-messages-api'
import { deleteAssignee, deleteThread, getThread, listThreads, patchThread, putAssignee } from './threads-api'
import { deleteInstallation } from './uninstall-api'
import { deleteWebhookSettings, getWebhookSettings, putWebhookSettings } from './webhook-settings-api'

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

export type Route = {
  method: Method
  path: string
  /** The developer API key, or a bearer token with any of these scopes. */
  credential: 'developer-key' | readonly string[]
  run(call: Call): Promise<Answer>
}

type Row = [method: Method, path: string, run: Route['run']]

const inAll = (prefixes: readonly string[], credential: Route['credential'], rows: readonly Row[]): Route[] =>
  prefixes.flatMap((prefix) => rows.map(([method, path, run]) => ({ method, path: prefix + path, credential, run })))

const { channels, channelLists, conversations, assignees, files, contacts, webhooks } = routePrefixes
const readChannels = ['conversations.custom_channels.read']
const writeChannels = ['conversations.custom_channels.write']
const filesWrite = ['files', 'files.write', 'files.ui_hidden.write']
const filesRead = ['files', 'files.read', 'files.write', 'files.ui_hidden.read']
const account = '/:channelId/channel-accounts'
const message = '/:channelId/messages'
const threadMessages = '/threads/:threadId/messages'

export const routes: readonly Route[] = [
  ...inAll(channelLists, 'developer-key', [
    ['POST', '', postChannel],
    ['GET', '', listChannels],
  ]),
  ...inAll(channels, 'developer-key', [
    ['GET', '/:channelId', getChannel],
    ['PATCH', '/:channelId', patchChannel],
    ['DELETE', '/:channelId', deleteChannel],
  ]),
  ...inAll(channels, readChannels, [
    ['GET', account, listAccounts],
    ['GET', `${account}/:accountId`, getAccount],
    ['GET', `${message}/:messageId`, getMessage],
  ]),
  ...inAll(channels, writeChannels, [
    ['POST', account, postAccount],
    ['PATCH', `${account}/:accountId`, patchAccount],
    ['POST', message, postMessage],
    ['PATCH', `${message}/:messageId`, patchMessage],
  ]),
  ...inAll(
    conversations,
    ['conversations.read'],
    [
      ['GET', '/inboxes', listInboxes],
      ['GET', '/inboxes/:id', getInbox],
      ['GET', '/channels', listConversationChannels],
      ['GET', '/channels/:id', getConversationChannel],
      ['GET', '/channel-accounts', listConversationAccounts],
      ['GET', '/threads', listThreads],
      ['GET', '/threads/:threadId', getThread],
      ['GET', threadMessages, listThreadMessages],
      ['GET', `${threadMessages}/:messageId`, getThreadMessage],
      ['GET', `${threadMessages}/:messageId/original-content`, getOriginalContent],
      ['GET', '/actors/:id', getActor],
      ['POST', '/actors/batch/read', readActors],
    ]
  ),
  ...inAll(
    conversations,
    ['conversations.write'],
    [
      ['PATCH', '/threads/:threadId', patchThread],
      ['DELETE', '/threads/:threadId', deleteThread],
      ['POST', threadMessages, postThreadMessage],
    ]
  ),
  ...inAll(
    assignees,
    ['conversations.write'],
    [
      ['PUT', '/threads/:threadId/assignee', putAssignee],
      ['DELETE', '/threads/:threadId/assignee', deleteAssignee],
    ]
  ),
  ...inAll(files, filesWrite, [['POST', '', postFile]]),
  ...inAll(files, filesRead, [
    ['GET', '/:fileId', getFile],
    ['GET', '/:fileId/signed-url', getSignedUrl],
  ]),
  ...inAll(
    contacts,
    ['crm.objects.contacts.read'],
    [
      ['GET', '/:id', getContact],
      ['POST', '/search', searchContacts],
    ]
  ),
  ...inAll(contacts, ['crm.objects.contacts.write'], [['POST', '', postContact]]),
  ...inAll(webhooks, 'developer-key', [
    ['GET', '/settings', getWebhookSettings],
    ['PUT', '/settings', putWebhookSettings],
    ['DELETE', '/settings', deleteWebhookSettings],
    ['GET', '/subscriptions', listSubscriptions],
    ['POST', '/subscriptions', postSubscription],
    ['POST', '/subscriptions/batch/update', updateSubscriptions],
    ['PATCH', '/subscriptions/:id', patchSubscription],
    ['DELETE', '/subscriptions/:id', deleteSubscription],
  ]),
  { method: 'DELETE', path: '/appinstalls/v3/external-install', credential: [], run: deleteInstallation },
]
