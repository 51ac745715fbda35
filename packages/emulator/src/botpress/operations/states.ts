import { owned, ownerId, param, type Api, type Input, type Operation } from '../api'
import { ApiError, invalid, notFound } from '../api-error'
import type { JsonRecord } from '../../json'
import { optionalNumber, record } from '../fields'
import type { StateRow, StateType } from '../model'
import { checkSize } from '../payloads'
import { stateKey } from '../store'
import { stateToWire } from '../wire'

/** Source: limits of the API, 1 to 2 592 000 000 ms (30 days). */
const LONGEST_EXPIRY_MS = 2_592_000_000

type Target = { ownerId: string; type: StateType; subjectId: string; name: string }

function target(api: Api, input: Input): Target {
  const [type, subjectId, name] = [param(input, 'type'), param(input, 'id'), param(input, 'name')]
  if (type !== 'integration' && type !== 'conversation' && type !== 'user') {
    throw invalid(`State type "${type}" is not available to integrations`)
  }
  if (api.caller.kind === 'integration') {
    if (api.caller.declared.states[name] !== type) throw invalid(`State "${name}" of type "${type}" is not declared`)
    if (type === 'integration' && subjectId !== api.caller.id) {
      throw new ApiError('Forbidden', 'A state of type "integration" must carry the id of the calling integration')
    }
  }
  if (type === 'conversation') owned(api, api.store.conversations, subjectId, 'Conversation')
  if (type === 'user') owned(api, api.store.users, subjectId, 'User')
  return { ownerId: ownerId(api), type, subjectId, name }
}

const keyOf = (t: Target) => stateKey(t.ownerId, t.type, t.subjectId, t.name)

function current(api: Api, t: Target): StateRow | undefined {
  const row = api.store.states.get(keyOf(t))
  if (!row || row.expiresAt === undefined || row.expiresAt > api.store.clock.now()) return row
  api.store.states.delete(keyOf(t))
  return undefined
}

function existing(api: Api, t: Target): StateRow {
  const row = current(api, t)
  if (!row) throw notFound('State', t.name)
  return row
}

function write(api: Api, t: Target, body: JsonRecord): StateRow {
  const payload = record(body, 'payload')
  checkSize(payload)
  const expiry = optionalNumber(body, 'expiry', 1, LONGEST_EXPIRY_MS)
  const { ownerId: owner, ...rest } = t
  const row: StateRow = { ...(current(api, t) ?? api.store.stamp('state', owner)), ...rest, payload }
  delete row.expiresAt
  if (expiry !== undefined) row.expiresAt = api.store.clock.now() + expiry
  api.store.touch(row)
  api.store.states.set(keyOf(t), row)
  return row
}

/** A null payload deletes the state; the answer still shows one, with nothing in it. */
function setState(api: Api, t: Target, body: JsonRecord): StateRow {
  if (body['payload'] !== null) return write(api, t, body)
  const { ownerId: owner, ...rest } = t
  const gone: StateRow = { ...(current(api, t) ?? api.store.stamp('state', owner)), ...rest, payload: {} }
  api.store.states.delete(keyOf(t))
  return gone
}

function patchState(api: Api, t: Target, body: JsonRecord): StateRow {
  const row = existing(api, t)
  const payload = { ...row.payload, ...record(body, 'payload') }
  checkSize(payload)
  row.payload = payload
  api.store.touch(row)
  return row
}

const meta = { cached: false }
const path = '/chat/states/:type/:id/:name'

export const stateOperations: readonly Operation[] = [
  {
    name: 'getState',
    method: 'GET',
    path,
    status: 200,
    run: (api, input) => ({ state: stateToWire(existing(api, target(api, input)), api.botId), meta }),
  },
  {
    name: 'setState',
    method: 'POST',
    path,
    status: 200,
    run: (api, input) => ({ state: stateToWire(setState(api, target(api, input), input.body), api.botId) }),
  },
  {
    name: 'getOrSetState',
    method: 'POST',
    path: `${path}/get-or-set`,
    status: 200,
    run: (api, input) => {
      const t = target(api, input)
      return { state: stateToWire(current(api, t) ?? write(api, t, input.body), api.botId), meta }
    },
  },
  {
    name: 'patchState',
    method: 'PATCH',
    path,
    status: 200,
    run: (api, input) => ({ state: stateToWire(patchState(api, target(api, input), input.body), api.botId) }),
  },
]
