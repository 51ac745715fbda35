import type { JsonRecord } from '../../json'
import { owned, ownerId, owns, param, type Api, type Operation } from '../api'
import { clearableText, optionalRecord } from '../fields'
import { listPage } from '../listing'
import type { UserRow } from '../model'
import { findByTags, mergeTags, readTags, withoutEmpty } from '../tags'
import { userToWire } from '../wire'

const LONGEST_NAME = 200
const LONGEST_PICTURE_URL = 40_000

export function createUser(api: Api, body: JsonRecord): UserRow {
  const row: UserRow = api.store.stamp('user', ownerId(api), withoutEmpty(userTags(api, body)))
  applyProfile(row, body)
  api.store.users.set(row.id, row)
  return row
}

export function getOrCreateUser(api: Api, body: JsonRecord): UserRow {
  const own = [...api.store.users.values()].filter((row) => owns(api, row))
  return findByTags(own, userTags(api, body), body) ?? createUser(api, body)
}

function userTags(api: Api, body: JsonRecord) {
  return readTags(body, api.caller.kind === 'bot' ? undefined : api.caller.declared.userTags, 'users')
}

/** Reads everything before it changes anything, so that a refused call has no effect. */
function applyProfile(row: UserRow, body: JsonRecord): void {
  const name = clearableText(body, 'name', LONGEST_NAME)
  const pictureUrl = clearableText(body, 'pictureUrl', LONGEST_PICTURE_URL)
  const attributes = optionalRecord(body, 'attributes')
  if (name === null) delete row.name
  else if (name !== undefined) row.name = name
  if (pictureUrl === null) delete row.pictureUrl
  else if (pictureUrl !== undefined) row.pictureUrl = pictureUrl
  if (attributes) row.attributes = { ...row.attributes, ...attributes }
}

const find = (api: Api, id: string) => owned(api, api.store.users, id, 'User')
const one = (api: Api, row: UserRow) => ({ user: userToWire(row, api.caller) })

export const userOperations: readonly Operation[] = [
  {
    name: 'createUser',
    method: 'POST',
    path: '/chat/users',
    status: 201,
    run: (api, { body }) => one(api, createUser(api, body)),
  },
  {
    name: 'getOrCreateUser',
    method: 'POST',
    path: '/chat/users/get-or-create',
    status: 200,
    run: (api, { body }) => one(api, getOrCreateUser(api, body)),
  },
  {
    name: 'getUser',
    method: 'GET',
    path: '/chat/users/:id',
    status: 200,
    run: (api, input) => one(api, find(api, param(input, 'id'))),
  },
  {
    name: 'updateUser',
    method: 'PUT',
    path: '/chat/users/:id',
    status: 200,
    run: (api, input) => {
      const row = find(api, param(input, 'id'))
      const tags = userTags(api, input.body)
      applyProfile(row, input.body)
      mergeTags(row, tags)
      api.store.touch(row)
      return one(api, row)
    },
  },
  {
    name: 'deleteUser',
    method: 'DELETE',
    path: '/chat/users/:id',
    status: 200,
    run: (api, input) => {
      const row = find(api, param(input, 'id'))
      api.store.users.delete(row.id)
      for (const conversation of api.store.conversations.values()) conversation.participantIds.delete(row.id)
      return {}
    },
  },
  {
    name: 'listUsers',
    method: 'GET',
    path: '/chat/users',
    status: 200,
    run: (api, { query }) => {
      const conversationId = query.get('conversationId')
      const members = conversationId === null ? undefined : api.store.conversations.get(conversationId)?.participantIds
      const rows = [...api.store.users.values()].filter(
        (row) => owns(api, row) && (conversationId === null || members?.has(row.id) === true)
      )
      const page = listPage(rows, query)
      return { users: page.rows.map((row) => userToWire(row, api.caller)), meta: page.meta }
    },
  },
]
