import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Emulator } from '../src/index'
import { nested, ScriptedIntegration, startWorld } from './world'

/** The vendor's own client against our server, where a package of the workspace has it installed. */
const manifest = fileURLToPath(new URL('../../../integrations/livechat/package.json', import.meta.url))
const client = load()

type Method = (input: object) => Promise<unknown>

function load(): (new (options: object) => Record<string, Method>) | undefined {
  if (!existsSync(manifest)) return undefined
  try {
    const module: { Client: new (options: object) => Record<string, Method> } =
      createRequire(manifest)('@botpress/client')
    return module.Client
  } catch {
    return undefined
  }
}

describe.skipIf(client === undefined)('@botpress/client', () => {
  let emulator: Emulator
  let run: (operation: string, input: object) => Promise<unknown>
  let integrationId = ''

  beforeAll(async () => {
    emulator = await startWorld()
    const { installation } = await ScriptedIntegration.install(emulator)
    integrationId = installation.id
    const { botId, token } = emulator.botpress
    const bp = client && new client({ apiUrl: emulator.url, botId, integrationId, token })
    run = (operation, input) => bp?.[operation]?.(input) ?? Promise.reject(new Error(`no ${operation}`))
  })

  afterAll(() => emulator.close())

  it('creates, finds and lists', async () => {
    const user = nested(
      await run('getOrCreateUser', { tags: { contactId: 'c 1' }, discriminateByTags: ['contactId'] }),
      'user'
    )
    const created = await run('createConversation', { channel: 'hitl', tags: { threadKey: 't 1' } })
    const conversation = nested(created, 'conversation')
    const body = {
      type: 'text',
      payload: { text: 'x' },
      tags: {},
      userId: user['id'],
      conversationId: conversation['id'],
    }
    const message = nested(await run('createMessage', body), 'message')
    await run('updateMessage', { id: message['id'], tags: { vendorMessageId: 'v' } })
    expect(await run('listConversations', { tags: { threadKey: 't 1' }, participantIds: [user['id']] })).toMatchObject({
      conversations: [{ id: conversation['id'] }],
    })
    expect(await run('listConversations', { tags: { threadKey: 'other' } })).toMatchObject({ conversations: [] })
    expect(await run('listMessages', { tags: { vendorMessageId: 'v' } })).toMatchObject({
      messages: [{ id: message['id'] }],
    })
  })

  it('gets the error classes the client knows', async () => {
    const state = { type: 'integration', id: integrationId, name: 'credentials' }
    await expect(run('getState', state)).rejects.toMatchObject({
      isApiError: true,
      type: 'ResourceNotFound',
      code: 404,
    })
    await run('setState', { ...state, payload: { token: 't' } })
    expect(await run('getState', state)).toMatchObject({ state: { payload: { token: 't' } } })
    await expect(run('createUser', { tags: { nope: 'x' } })).rejects.toMatchObject({ type: 'InvalidPayload' })
  })

  it('uploads a file', async () => {
    const uploaded = await run('uploadFile', { key: 'a.txt', content: 'hello', contentType: 'text/plain' })
    const id = String(nested(uploaded, 'file')['id'])
    expect(await run('getFile', { id })).toMatchObject({ file: { status: 'upload_completed', size: 5 } })
  })
})
