import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Emulator } from '../src/index'
import { apiOf, nested, rows, ScriptedIntegration, startWorld, type ApiCall } from './world'

let emulator: Emulator
let call: ApiCall
let integrationId = ''

beforeAll(async () => {
  emulator = await startWorld()
})

afterAll(() => emulator.close())

beforeEach(async () => {
  emulator.reset()
  const { installation } = await ScriptedIntegration.install(emulator)
  integrationId = installation.id
  call = apiOf(emulator, integrationId)
})

async function made(path: string, body: unknown, key: string): Promise<string> {
  const answer = await call('POST', path, body)
  return String(nested(answer.json, key)['id'])
}

const user = (tags = {}) => made('/chat/users', { tags }, 'user')
const conversation = (tags = {}) => made('/chat/conversations', { channel: 'hitl', tags }, 'conversation')

describe('an address', () => {
  it.each(['100%', '%E0%A4%A', 'a/b', 'ä'])('names the conversation %s, which there is not', async (id) => {
    const answer = await call('GET', `/chat/conversations/${encodeURIComponent(id)}`)
    expect(answer).toMatchObject({ status: 404, json: { message: `Conversation "${id}" doesn't exist` } })
  })
})

describe('the text of a message', () => {
  it.each([
    ['as long as the payload may be', 130_000, 201],
    ['longer than the payload may be', 131_072, 413],
  ])('%s, with %i characters, is answered %i', async (_what, length, status) => {
    const body = { conversationId: await conversation(), userId: await user(), type: 'text', tags: {} }
    const answer = await call('POST', '/chat/messages', { ...body, payload: { text: 'a'.repeat(length) } })
    expect(answer.status).toBe(status)
  })
})

describe('an emulator asked without a connection', () => {
  it('answers as it does over HTTP, each host for itself', async () => {
    const headers = {
      authorization: `Bearer ${emulator.botpress.token}`,
      'x-bot-id': emulator.botpress.botId,
      'x-integration-id': integrationId,
    }
    const statusOf = async (url: string) => (await emulator.fetch(new Request(url, { headers }))).status
    expect(await statusOf(`${emulator.url}/v1/chat/users`)).toBe(200)
    expect(await statusOf('https://api.botpress.cloud/v1/chat/users')).toBe(200)
    expect(await statusOf('https://nobody.example.com/')).toBe(501)
    expect(emulator.journal.since(0, 'botpress')).toEqual([])
  })
})

describe('who may call', () => {
  it.each([
    ['no token', { authorization: '' }, 401],
    ['a wrong token', { authorization: 'Bearer nope' }, 401],
    ['another bot', { 'x-bot-id': 'bot_x' }, 403],
    ['an integration that is not installed', { 'x-integration-id': 'int_x' }, 403],
  ])('refuses %s', async (_what, change, status) => {
    const headers = {
      authorization: `Bearer ${emulator.botpress.token}`,
      'x-bot-id': emulator.botpress.botId,
      'x-integration-id': integrationId,
    }
    const answer = await fetch(`${emulator.url}/v1/chat/users`, { headers: { ...headers, ...change } })
    expect(answer.status).toBe(status)
    expect(await answer.json()).toMatchObject({ code: status, id: expect.stringMatching(/^err_\d{14}x[0-9A-F]{8}$/) })
  })

  it('hides what another integration made', async () => {
    const id = await user({ contactId: 'c1' })
    const other = await ScriptedIntegration.install(emulator)
    const callOther = apiOf(emulator, other.installation.id)
    expect((await callOther('GET', `/chat/users/${id}`)).status).toBe(404)
    expect(rows((await callOther('GET', '/chat/users')).json, 'users')).toEqual([])
    expect((await call('GET', `/chat/users/${id}`)).status).toBe(200)
  })
})

describe('tags', () => {
  it.each([
    ['an undeclared tag', '/chat/users', { tags: { nope: 'x' } }],
    [
      'an undeclared tag of another channel object',
      '/chat/conversations',
      { channel: 'hitl', tags: { contactId: 'x' } },
    ],
    ['an undeclared channel', '/chat/conversations', { channel: 'sms', tags: {} }],
    ['a value that is no string', '/chat/users', { tags: { contactId: 1 } }],
    ['a value of 501 characters', '/chat/users', { tags: { contactId: 'x'.repeat(501) } }],
  ])('refuses %s', async (_what, path, body) => {
    const answer = await call('POST', path, body)
    expect(answer.status).toBe(400)
    expect(answer.json['type']).toBe('InvalidPayload')
  })

  it('merges on update and unsets on an empty string', async () => {
    const id = await conversation({ threadKey: 'a', note: 'n' })
    const answer = await call('PUT', `/chat/conversations/${id}`, { tags: { note: '' } })
    expect(nested(answer.json, 'conversation', 'tags')).toEqual({ threadKey: 'a' })
    await call('PUT', `/chat/conversations/${id}`, { tags: { note: 'again' } })
    expect(nested((await call('GET', `/chat/conversations/${id}`)).json, 'conversation', 'tags')).toEqual({
      threadKey: 'a',
      note: 'again',
    })
  })
})

describe('get-or-create', () => {
  const path = '/chat/users/get-or-create'

  it('needs all tags to be equal unless told which ones count', async () => {
    const id = await made(path, { tags: { contactId: 'c', agentId: 'a' } }, 'user')
    expect(await made(path, { tags: { contactId: 'c', agentId: 'a' } }, 'user')).toBe(id)
    expect(await made(path, { tags: { contactId: 'c' } }, 'user')).not.toBe(id)
    expect(
      await made(path, { tags: { contactId: 'c', agentId: 'b' }, discriminateByTags: ['contactId'] }, 'user')
    ).toBe(id)
  })

  it('changes nothing on what exists, and answers 200', async () => {
    const id = await made(path, { tags: { contactId: 'c' }, name: 'First' }, 'user')
    const again = await call('POST', path, { tags: { contactId: 'c' }, name: 'Second' })
    expect(again.status).toBe(200)
    expect(nested(again.json, 'user')).toMatchObject({ id, name: 'First' })
  })

  it('makes one object for ten callers at once', async () => {
    const body = { channel: 'hitl', tags: { threadKey: 't' }, discriminateByTags: ['threadKey'] }
    const ids = await Promise.all(
      Array.from({ length: 10 }, () => made('/chat/conversations/get-or-create', body, 'conversation'))
    )
    expect(new Set(ids).size).toBe(1)
  })

  it('makes one message for a repeated vendor id, and hands it to the bot once', async () => {
    const conversationId = await conversation()
    const userId = await user()
    const body = { conversationId, userId, type: 'text', payload: { text: 'x' }, tags: { vendorMessageId: '1' } }
    const mark = emulator.journal.mark()
    const first = await made('/chat/messages/get-or-create', body, 'message')
    expect(await made('/chat/messages/get-or-create', body, 'message')).toBe(first)
    await emulator.settled()
    expect(emulator.journal.since(mark, 'note')).toHaveLength(1)
  })

  it('initializes user, conversation and message in one call, without changing what exists', async () => {
    const body = (name: string) => ({
      user: { tags: { agentId: 'a' }, name, discriminateByTags: ['agentId'] },
      conversation: { channel: 'hitl', tags: { threadKey: 't' }, discriminateByTags: ['threadKey'] },
      message: {
        type: 'text',
        payload: { text: 'x' },
        tags: { vendorMessageId: '1' },
        discriminateByTags: ['vendorMessageId'],
      },
    })
    const path1 = '/chat/initialize-incoming-message'
    const first = await call('POST', path1, body('Ada'))
    expect(first.status).toBe(200)
    expect(nested(first.json, 'message')['userId']).toBe(nested(first.json, 'user')['id'])
    expect((await call('POST', path1, body('Bea'))).json).toEqual(first.json)
    expect(emulator.botpress.store.messages.size).toBe(1)
  })
})

describe('messages', () => {
  it.each([
    ['an empty text', 'text', { text: '' }, 400],
    ['an image without address', 'image', { title: 'x' }, 400],
    ['a type the channel has not', 'carousel', { items: [] }, 400],
    ['a bloc with a broken item', 'bloc', { items: [{ type: 'image', payload: {} }] }, 400],
    ['a payload over 128 KiB', 'text', { text: 'x'.repeat(131_072) }, 413],
  ])('refuses %s', async (_what, type, payload, status) => {
    const body = { conversationId: await conversation(), userId: await user(), type, payload, tags: {} }
    expect((await call('POST', '/chat/messages', body)).status).toBe(status)
  })

  it('accepts keys the schema does not know, answers 201 and makes the message incoming', async () => {
    const ids = { conversationId: await conversation(), userId: await user() }
    const body = { ...ids, type: 'text', payload: { type: 'text', text: 'x' }, tags: {} }
    const answer = await call('POST', '/chat/messages', body)
    expect(answer.status).toBe(201)
    expect(nested(answer.json, 'message')).toMatchObject({ direction: 'incoming', payload: body.payload, ...ids })
    expect(String(nested(answer.json, 'message')['id'])).toMatch(/^msg_[0-9A-HJKMNP-TV-Z]{26}$/)
  })
})

describe('listing', () => {
  it('pages newest first and filters by dotted tags', async () => {
    for (let i = 0; i < 23; i += 1) await user({ contactId: i < 22 ? 'many' : 'one' })
    const first = await call('GET', '/chat/users?tags.contactId=many')
    const token = String(nested(first.json, 'meta')['nextToken'])
    const second = await call('GET', `/chat/users?tags.contactId=many&nextToken=${token}`)
    const all = [...rows(first.json, 'users'), ...rows(second.json, 'users')].map((row) => String(row['id']))
    expect(rows(first.json, 'users')).toHaveLength(20)
    expect(all).toHaveLength(22)
    expect(new Set(all).size).toBe(22)
    expect(nested(second.json, 'meta')).toEqual({})
    const seqs = all.map((id) => emulator.botpress.store.users.get(id)?.seq ?? 0)
    expect(seqs).toEqual(seqs.toSorted((a, b) => b - a))
  })
})

describe('states', () => {
  const at = (id: string) => `/chat/states/conversation/${id}/thread`

  it('are missing, then set, patched and deleted by null', async () => {
    const path = at(await conversation())
    expect((await call('GET', path)).json).toMatchObject({ type: 'ResourceNotFound', code: 404 })
    await call('POST', path, { payload: { a: 1, b: 2 } })
    await call('PATCH', path, { payload: { b: 3 } })
    expect(nested((await call('GET', path)).json, 'state', 'payload')).toEqual({ a: 1, b: 3 })
    expect((await call('POST', path, { payload: null })).status).toBe(200)
    expect((await call('GET', path)).status).toBe(404)
  })

  it('are never overwritten by get-or-set', async () => {
    const path = at(await conversation())
    await call('POST', `${path}/get-or-set`, { payload: { n: 1 } })
    const again = await call('POST', `${path}/get-or-set`, { payload: { n: 2 } })
    expect(nested(again.json, 'state', 'payload')).toEqual({ n: 1 })
  })

  it('expire on the moved clock', async () => {
    const path = at(await conversation())
    await call('POST', path, { payload: { n: 1 }, expiry: 60_000 })
    await emulator.clock.advance(50_000)
    expect((await call('GET', path)).status).toBe(200)
    await emulator.clock.advance(11_000)
    expect((await call('GET', path)).status).toBe(404)
  })

  it('are refused when undeclared, of another type, or of another integration', async () => {
    const id = await conversation()
    expect((await call('GET', `/chat/states/conversation/${id}/nope`)).status).toBe(400)
    expect((await call('GET', `/chat/states/conversation/${id}/credentials`)).status).toBe(400)
    expect((await call('GET', '/chat/states/integration/int_x/credentials')).status).toBe(403)
    expect((await call('POST', `/chat/states/integration/${integrationId}/credentials`, { payload: {} })).status).toBe(
      200
    )
  })
})

describe('events', () => {
  it('wait for their time on the emulated clock', async () => {
    const payload = { conversationId: await conversation() }
    const body = { type: 'hitlStopped', payload, schedule: { delay: 30_000 } }
    const id = await made('/chat/events', body, 'event')
    const status = async () => nested((await call('GET', `/chat/events/${id}`)).json, 'event')['status']
    expect(await status()).toBe('scheduled')
    await emulator.clock.advance(29_000)
    expect(await status()).toBe('scheduled')
    await emulator.clock.advance(2_000)
    expect(await status()).toBe('processed')
  })

  it('are refused when undeclared or without a required field', async () => {
    expect((await call('POST', '/chat/events', { type: 'nope', payload: {} })).status).toBe(400)
    const body = { type: 'hitlAssigned', payload: { conversationId: 'c' } }
    expect((await call('POST', '/chat/events', body)).status).toBe(400)
  })
})

describe('the rest', () => {
  it('keeps a file from upsert to public address', async () => {
    const answer = await call('PUT', '/files', { key: 'a.txt', size: 5, contentType: 'text/plain' })
    const file = nested(answer.json, 'file')
    await fetch(String(file['uploadUrl']), { method: 'PUT', body: 'hello' })
    const { host, pathname } = new URL(String(file['url']))
    const download = await fetch(`${emulator.url}${pathname}`, { headers: { 'x-emulated-host': host } })
    expect(await download.text()).toBe('hello')
    expect(download.headers.get('content-length')).toBe('5')
  })

  it('records what configureIntegration set', async () => {
    await call('POST', '/chat/integrations/configure', { identifier: 'portal-1' })
    expect(emulator.botpress.installations[0]?.identifier).toBe('portal-1')
    await call('POST', '/chat/integrations/configure', { identifier: null })
    expect(emulator.botpress.installations[0]?.identifier).toBeNull()
  })

  it('calls register again and again, as configureIntegration asked for it last, until the integration is gone', async () => {
    const [installation] = emulator.botpress.installations
    if (!installation) throw new Error('nothing is installed')
    const registrations = () => emulator.journal.entries.filter(({ label }) => label === 'register').length
    const pass = async (hours: number) => {
      await emulator.clock.advance(hours * 3_600_000)
      await emulator.settled()
      return registrations()
    }
    const before = registrations()
    await call('POST', '/chat/integrations/configure', { scheduleRegisterCall: 'hourly' })
    expect(await pass(3)).toBe(before + 3)
    await call('POST', '/chat/integrations/configure', { scheduleRegisterCall: 'daily' })
    await call('POST', '/chat/integrations/configure', { identifier: 'portal-1' })
    expect(await pass(23)).toBe(before + 3)
    expect(await pass(26)).toBe(before + 5)
    await installation.uninstall()
    expect(await pass(100)).toBe(before + 5)
  })

  it('answers a route it does not have with a loud 501', async () => {
    expect((await call('POST', '/chat/actions', { type: 'x:y' })).status).toBe(501)
    expect(emulator.unlisted).toEqual(['POST /v1/chat/actions'])
  })
})
