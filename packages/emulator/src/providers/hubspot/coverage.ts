import type { CoverageRow } from '../../provider'
import { avatarPath } from './avatars'
import { apiHost, downloadPath } from './files'
import { routePrefixes } from './route-prefixes'

type Notes = Readonly<Record<string, string | true>>

const row = (route: string, note: string | true): CoverageRow => ({
  route,
  ...(note === true ? { status: 'supported' } : { status: 'partial', note }),
})

const splitRoute = (route: string): { method: string; path: string } => {
  const [method = '', path = ''] = route.split(' ')
  return { method, path }
}

/** `true` is supported, a text is partial and says what is left out. The same below each prefix. */
const below = (prefixes: readonly string[], notes: Notes): CoverageRow[] =>
  prefixes.flatMap((prefix) =>
    Object.entries(notes).map(([route, note]) => {
      const { method, path } = splitRoute(route)
      return row(`${method} ${apiHost}${prefix}${path}`, note)
    })
  )

const missing = (notes: Readonly<Record<string, string>>): CoverageRow[] =>
  Object.entries(notes).map(([route, note]) => {
    const { method, path } = splitRoute(route)
    return { route: `${method} ${apiHost}${path}`, status: 'missing', note }
  })

const { channels, channelLists, conversations, assignees, files, contacts, webhooks, tokens } = routePrefixes
const account = '/:channelId/channel-accounts'
const message = '/:channelId/messages'
const notNeeded = 'no integration needs it yet'

const supported: readonly CoverageRow[] = [
  ...below(tokens, { 'POST ': 'refresh_token and authorization_code; no id_token' }),
  ...below(['/oauth'], {
    'POST /2026-03/token/introspect': 'without signed_access_token',
    'POST /2026-03/token/revoke': 'the answer is a guess',
    'GET /v1/access-tokens/:token': 'the status for unknown tokens is a guess',
  }),
  ...below(channelLists, { 'POST ': true, 'GET ': 'sort by id or createdAt only' }),
  ...below(channels, {
    'GET /:channelId': true,
    'PATCH /:channelId': true,
    'DELETE /:channelId': 'archives; nothing brings a channel back',
    [`POST ${account}`]: true,
    [`GET ${account}`]: 'sort changes nothing, archived accounts do not exist',
    [`GET ${account}/:accountId`]: true,
    [`PATCH ${account}/:accountId`]: true,
    [`POST ${message}`]: 'CONTACT and SOCIAL_MEDIA_METADATA attachments have no members',
    [`GET ${message}/:messageId`]: true,
    [`PATCH ${message}/:messageId`]: true,
  }),
  ...below(conversations, {
    'GET /inboxes': true,
    'GET /inboxes/:id': true,
    'GET /channels': 'the generic ones are fixed',
    'GET /channels/:id': true,
    'GET /channel-accounts': 'accounts of custom channels only',
    'GET /threads': true,
    'GET /threads/:threadId': 'property changes nothing',
    'PATCH /threads/:threadId': 'status only, no restoring',
    'DELETE /threads/:threadId': 'nothing brings a thread back',
    'GET /threads/:threadId/messages': 'no WELCOME_MESSAGE and no THREAD_INBOX_CHANGE',
    'GET /threads/:threadId/messages/:messageId': true,
    'GET /threads/:threadId/messages/:messageId/original-content': 'the members are a guess',
    'POST /threads/:threadId/messages': 'COMMENT only',
    'GET /actors/:id': 'only agents are documented; other types are a guess',
    'POST /actors/batch/read': 'as the single one',
  }),
  ...below(assignees, {
    'PUT /threads/:threadId/assignee': 'the method of the specification; actor ids only',
    'DELETE /threads/:threadId/assignee': true,
  }),
  ...below(files, {
    'POST ': 'ttl and overwrite change nothing',
    'GET /:fileId': true,
    'GET /:fileId/signed-url': 'size and upscale change nothing',
  }),
  ...below(contacts, {
    'GET /:id': 'by id or e-mail',
    'POST /search': 'the operator EQ only, without sorting',
    'POST ': 'without associations; six properties',
  }),
  ...below(webhooks, {
    'GET /settings': true,
    'PUT /settings': 'works at once; throttling changes nothing',
    'DELETE /settings': true,
    'GET /subscriptions': true,
    'POST /subscriptions': 'events of conversations only',
    'POST /subscriptions/batch/update': true,
    'PATCH /subscriptions/:id': true,
    'DELETE /subscriptions/:id': true,
  }),
  row(`DELETE ${apiHost}/appinstalls/v3/external-install`, true),
  row(`GET ${apiHost}${downloadPath}`, 'the address is ours'),
  row(`GET ${apiHost}${avatarPath}`, 'the address is ours; initials in place of a photo'),
]

const classic = '/conversations/v3/conversations'

/** Every call the fact sheet names, written by hand and compared with the routes by a test. */
export const coverage: readonly CoverageRow[] = [
  ...supported,
  ...missing({
    'GET /oauth/v1/refresh-tokens/:token': 'off from 2027-02-16',
    'DELETE /oauth/v1/refresh-tokens/:token': 'off from 2027-02-16: use token/revoke',
    'PATCH /conversations/v3/custom-channels/:channelId/channel-account-staging-tokens/:token':
      'accounts are created by API',
    [`POST ${classic}/threads/:threadId/assignee`]: 'the specification says PUT',
    'POST /visitor-identification/v3/tokens/create': "for HubSpot's own chat widget",
    'POST /files/v3/files/import-from-url/async': notNeeded,
    'GET /files/v3/files/import-from-url/async/tasks/:task/status': notNeeded,
    'POST /filemanager/api/v3/files/upload': 'replaced by /files/v3/files',
    'POST /crm/v3/objects/contacts/batch/upsert': notNeeded,
    'GET /app-webhooks/2026-09/:appId/settings': 'use the other two versions',
  }),
]
