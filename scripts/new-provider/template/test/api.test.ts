import { ConfigurationError, ProviderHttpError, ThreadClosedError } from '@hitl/core'
import {
  AdapterWorld,
  callOf,
  shortenWaits,
  useFresh,
  watchSecrets,
  WrittenVendor,
} from '@hitl/core/testing/vendor-kit'
import { expect, it } from 'vitest'
import { acmeChatAdapter } from '../src/adapter'
import type { AcmeChatThread } from '../src/api'
import type { AcmeChatConfig } from '../src/config'
import type { AcmeChatOptions } from '../src/form'

const secrets = { apiKey: 'api-key-very-secret', signingKey: 'signing-key-very-secret' }
const { expectNoSecret, failsWith } = watchSecrets(secrets)
const thread: AcmeChatThread = { id: 'thread-1' }

/** Names of calls are method and path, for example `GET /v1/account`. */
class World extends AdapterWorld<AcmeChatConfig, AcmeChatThread, AcmeChatOptions> {
  readonly config = secrets
  readonly vendor = new WrittenVendor<string>({
    endpoint(name) {
      const [method = '', path = ''] = name.split(' ')
      return { origin: 'https://api.example.com', method, path }
    },
    usual: () => ({ json: {} }),
    read: callOf,
  })

  constructor() {
    super({ adapter: acmeChatAdapter, options: {}, earlier: thread })
  }
}

const world = useFresh(() => new World(), expectNoSecret)
const SEND = 'POST /v1/threads/thread-1/messages'
const CLOSE = 'PUT /v1/threads/thread-1/closed'
const text = { kind: 'text', text: 'hello' } as const
const message = { id: 'msg_1', parts: [text] }

it('an installation proves the key and registers the address of the webhook', async () => {
  const { vendor, webhookUrl } = world()
  vendor.on('GET /v1/account').on('PUT /v1/webhook')
  expect(await world().api().install()).toEqual([])
  const bearer = `Bearer ${secrets.apiKey}`
  expect(vendor.calls.map(({ authorization }) => authorization)).toEqual([bearer, bearer])
  expect(vendor.bodies('PUT /v1/webhook')).toEqual([{ url: webhookUrl }])
})

it('a wrong key is named by its setting', async () => {
  world().vendor.on('GET /v1/account', { status: 401 })
  const { setting } = await failsWith(ConfigurationError, world().api().install())
  expect(setting).toBe('apiKey')
})

it('an uninstallation removes the webhook', async () => {
  world().vendor.on('DELETE /v1/webhook')
  await expect(world().api().uninstall()).resolves.toBeUndefined()
})

it('a start hands over who asks, what for and what was said before', async () => {
  const w = world()
  w.vendor.on('POST /v1/threads', { json: { id: 'thread-1' } })
  const brief = { title: 'Help', description: 'The printer burns', transcript: 'Ana: hello', options: { team: 'blue' } }
  expect(await w.api().openThread(w.request(brief, { name: 'Ana', email: 'ana@example.com' }))).toEqual(thread)
  expect(w.vendor.bodies('POST /v1/threads')).toEqual([
    {
      contact: { id: 'user_1', name: 'Ana', email: 'ana@example.com' },
      title: 'Help',
      description: 'The printer burns',
      transcript: 'Ana: hello',
      team: 'blue',
    },
  ])
})

it('an answer that is not as documented is asked for again', async () => {
  shortenWaits()
  const w = world()
  w.vendor.whenever('POST /v1/threads', { json: { ID: 1 } })
  const { retryable } = await failsWith(ProviderHttpError, w.api().openThread(w.request()))
  expect(retryable).toBe(true)
})

it('each part of a message is a call, repeated as it was when its answer was lost', async () => {
  shortenWaits()
  const w = world()
  const file = { kind: 'image', url: 'https://files.example.com/a.png' } as const
  w.vendor.on(SEND, { drop: 'ECONNRESET' }).on(SEND).on(SEND)
  await w.api().sendMessage(thread, { ...message, parts: [text, file] })
  expect(w.vendor.bodies(SEND)).toEqual([text, text, file])
})

it('a message to a closed thread says so', async () => {
  world().vendor.on(SEND, { status: 410 })
  const sending = world().api().sendMessage(thread, message)
  const { message: said } = await failsWith(ThreadClosedError, sending)
  expect(said).toContain('Acme Chat')
})

it.each([200, 410])('a thread counts as closed when the provider answers %i', async (status) => {
  world().vendor.on(CLOSE, { status })
  await expect(world().api().closeThread(thread)).resolves.toBeUndefined()
})

it('a thread that could not be closed is not taken for closed', async () => {
  world().vendor.on(CLOSE, { status: 403 })
  const { status } = await failsWith(ProviderHttpError, world().api().closeThread(thread))
  expect(status).toBe(403)
})

it('an agent has the name and picture that the provider tells', async () => {
  const profile = { name: 'Anna', avatarUrl: 'https://api.example.com/avatars/anna.png' }
  world().vendor.on('GET /v1/agents/agent-1', { json: profile })
  const agent = await world().api().getAgent('agent-1', thread)
  expect(agent).toEqual({ id: 'agent-1', name: 'Anna', pictureUrl: profile.avatarUrl })
})
