import {
  ForbiddenError,
  InternalError,
  InvalidPayloadError,
  RateLimitedError,
  UnauthorizedError,
} from '@botpress/client'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { ProviderEvent, WebhookKnowledge, WebhookRequest } from '../src/adapter'
import { ProviderHttpError, ProviderUnreachableError, ThreadClosedError, WebhookVerificationError } from '../src/errors'
import { createInvocation } from '../src/invocation'
import { sign } from '../src/signature/hmac'
import { createFakeAdapter, signedWebhook, type FakeAdapter, type FakeThread } from '../src/testing'
import { handleWebhook, MAX_BODY_BYTES, type PlatformRequest } from '../src/webhook'
import {
  announcedAgents,
  assigned,
  closed,
  CONFIG,
  createInstance,
  createWorld,
  freezeTime,
  heardTexts,
  killAtAnnouncement,
  openSettledSession,
  said,
  stops,
  untilQuiet,
  withTimePassing,
  type World,
} from './support'

beforeEach(() => void freezeTime())
afterEach(() => void vi.useRealTimers())

async function settled() {
  const world = createWorld()
  const instance = await createInstance(world)
  return { world, instance, ...(await openSettledSession(world, instance)) }
}

const signed = (...events: ProviderEvent[]): PlatformRequest => signedWebhook(events, CONFIG)

/** A webhook handled in this module graph, with an adapter that is changed for the test. */
function handle(world: World, request: PlatformRequest, change: Partial<FakeAdapter> = {}) {
  return handleWebhook(invoke(world, change), request)
}

function invoke(world: World, change: Partial<FakeAdapter> = {}) {
  const note = (message: string) => void world.log.push(message)
  return createInvocation(
    { ...createFakeAdapter(world.provider), ...change },
    {
      client: world.botpress,
      log: { info: note, warn: note, error: note },
      integrationId: `integration-of-${world.webhookId}`,
      webhookId: world.webhookId,
      configuration: CONFIG,
      webhookUrl: 'https://hooks.test/hook-1',
      budgetMs: 8_000,
    }
  )
}

describe('an authentic webhook', () => {
  it('is applied and answered with 200', async () => {
    const { world, instance, conversationId, threadKey } = await settled()
    expect(await instance.webhook(signed(said(threadKey, 'm1', 'hello')))).toEqual({ status: 200 })
    expect(heardTexts(world, conversationId)).toEqual(['hello'])
  })

  it('about a thread that no bot opened is answered with 200 and creates nothing', async () => {
    const { world, instance } = await settled()
    expect((await instance.webhook(signed(said('thread-foreign', 'm1', 'hello')))).status).toBe(200)
    expect(world.botpress.messages()).toEqual([])
    expect(world.botpress.conversations()).toHaveLength(1)
  })

  it('with nothing of interest is answered with 200', async () => {
    const { instance } = await settled()
    expect(await instance.webhook(signed({ type: 'ignored', why: 'typing' }))).toEqual({ status: 200 })
    expect(await instance.webhook(signed())).toEqual({ status: 200 })
  })

  it('leaves one line per event in the log, without what was said', async () => {
    const { world, instance, conversationId, threadKey } = await settled()
    world.log.length = 0
    await instance.webhook(signed(said(threadKey, 'm1', 'my card is 4111'), closed(threadKey)))
    expect(world.log).toHaveLength(2)
    expect(world.log[0]).toContain(conversationId)
    expect(world.log[0]).toContain(threadKey)
    expect(world.log.join('\n')).not.toContain('4111')
  })

  it('delivered three times at once is applied once', async () => {
    const { world, instance, conversationId, threadKey } = await settled()
    const request = signed(assigned(threadKey, 'a'), said(threadKey, 'm1', 'hello'), closed(threadKey))
    const answers = await Promise.all([1, 2, 3].map(() => instance.webhook(request)))
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200])
    expect(heardTexts(world, conversationId)).toEqual(['hello'])
    expect(stops(world, conversationId)).toBe(1)
  })

  it('keeps messages of one thread in the order in which they came', async () => {
    const { world, instance, conversationId, threadKey } = await settled()
    const texts = Array.from({ length: 10 }, (_, index) => `message ${index}`)
    await Promise.all(texts.map((text, index) => instance.webhook(signed(said(threadKey, `m${index}`, text)))))
    expect(heardTexts(world, conversationId)).toEqual(texts)
  })
})

describe('a webhook about several threads', () => {
  async function two() {
    const { world, instance, ...one } = await settled()
    return { world, instance, one, other: await openSettledSession(world, instance, 'Otto') }
  }

  /** Holds up the next message to Botpress until `release` is called. */
  function holdMessage({ botpress }: World) {
    let release: () => void = () => undefined
    const held = new Promise<void>((resolve) => (release = resolve))
    botpress.interceptNext('initializeIncomingMessage', () => held)
    return () => release()
  }

  it('applies events of one thread while those of another are still being applied', async () => {
    const { world, instance, one, other } = await two()
    const release = holdMessage(world)
    const events = [
      said(one.threadKey, 'm1', 'one'),
      said(one.threadKey, 'm2', 'two'),
      said(other.threadKey, 'm1', 'other'),
      assigned(other.threadKey, 'a'),
    ]
    const handling = instance.webhook(signed(...events))
    await untilQuiet()
    expect(heardTexts(world, one.conversationId)).toEqual([])
    expect(heardTexts(world, other.conversationId)).toEqual(['other'])
    expect(announcedAgents(world, other.conversationId)).toEqual(['a'])
    release()
    expect((await handling).status).toBe(200)
    expect(heardTexts(world, one.conversationId)).toEqual(['one', 'two'])
  })

  it('applies events of one thread one after the other, in order, however mixed they come', async () => {
    const { world, instance, one, other } = await two()
    const release = holdMessage(world)
    const ids = ['m1', 'm2', 'm3', 'm4', 'm5']
    const events = ids.flatMap((id) => [said(one.threadKey, id, id), said(other.threadKey, id, id)])
    world.botpress.calls.length = 0
    const handling = instance.webhook(signed(...events))
    await untilQuiet()
    const begun = world.botpress.callsOf('initializeIncomingMessage').map((input) => JSON.stringify(input))
    expect(begun.filter((input) => input.includes(one.conversationId))).toHaveLength(1)
    release()
    expect((await handling).status).toBe(200)
    for (const { conversationId } of [one, other]) expect(heardTexts(world, conversationId)).toEqual(ids)
  })

  it('applies what comes after an event that fails, of its thread and of others', async () => {
    const { world, instance, one, other } = await two()
    world.botpress.failNext('initializeIncomingMessage', new InternalError('down'))
    const events = [
      said(one.threadKey, 'm1', 'fails'),
      said(other.threadKey, 'm1', 'other'),
      said(one.threadKey, 'm2', 'next'),
      closed(one.threadKey),
    ]
    expect((await instance.webhook(signed(...events))).status).toBe(503)
    expect(heardTexts(world, one.conversationId)).toEqual(['next'])
    expect(heardTexts(world, other.conversationId)).toEqual(['other'])
    expect(stops(world, one.conversationId)).toBe(1)
  })

  it('is answered when the last of them is applied', async () => {
    const { world, instance, one, other } = await two()
    const release = holdMessage(world)
    let isAnswered = false
    const request = signed(said(one.threadKey, 'm1', 'one'), said(other.threadKey, 'm1', 'other'))
    const handling = instance.webhook(request).finally(() => (isAnswered = true))
    await untilQuiet()
    expect(isAnswered).toBe(false)
    release()
    expect(await handling).toEqual({ status: 200 })
  })
})

describe('a webhook that is not authentic', () => {
  it.each<[string, Partial<PlatformRequest>]>([
    ['a tampered body', { body: '[]' }],
    ['no signature', { headers: {} }],
    ['an undefined signature', { headers: { 'x-acme-signature': undefined } }],
    ['a short signature', { headers: { 'x-acme-signature': 'ab' } }],
    ['no body', { body: undefined }],
  ])('for %s is answered with 401 and applies nothing', async (_name, change) => {
    const { world, instance, threadKey } = await settled()
    const answer = await instance.webhook({ ...signed(said(threadKey, 'm1', 'hello')), ...change })
    expect(answer.status).toBe(401)
    expect(world.botpress.messages()).toEqual([])
    expect(world.botpress.calls).toEqual([])
  })

  it('is never read', async () => {
    const { world } = await settled()
    const readWebhook = vi.fn<FakeAdapter['readWebhook']>(() => [])
    await handle(world, { ...signed(), headers: {} }, { readWebhook })
    expect(readWebhook).not.toHaveBeenCalled()
  })
})

describe('a webhook that cannot be read', () => {
  it('is answered with 400', async () => {
    const { world } = await settled()
    const body = 'no JSON'
    const headers = { 'x-acme-signature': sign('sha256', CONFIG.webhookSecret, body, 'hex') }
    const request = { ...signed(), body, headers }
    expect((await handle(world, request)).status).toBe(400)
  })

  it('larger than 1 MiB is refused with 413 before anything looks at it; exactly 1 MiB is taken', async () => {
    const { world } = await settled()
    const verifyWebhook = vi.fn<FakeAdapter['verifyWebhook']>()
    const readWebhook = () => []
    const request = (bytes: number) => ({ ...signed(), body: 'ü'.repeat(bytes / 2) + 'x'.repeat(bytes % 2) })
    expect((await handle(world, request(MAX_BODY_BYTES + 1), { verifyWebhook, readWebhook })).status).toBe(413)
    expect(verifyWebhook).not.toHaveBeenCalled()
    expect((await handle(world, request(MAX_BODY_BYTES), { verifyWebhook, readWebhook })).status).toBe(200)
  })
})

describe('other methods', () => {
  it.each([
    ['HEAD', 200],
    ['head', 200],
    ['GET', 200],
    ['PUT', 405],
    ['DELETE', 405],
  ])('%s is answered with %i and applies nothing', async (method, status) => {
    const { world, instance, threadKey } = await settled()
    expect((await instance.webhook({ ...signed(said(threadKey, 'm1', 'hello')), method })).status).toBe(status)
    expect(world.botpress.messages()).toEqual([])
  })
})

describe('a failure while applying', () => {
  it.each([
    [503, new InternalError('down')],
    [503, new RateLimitedError('slow down')],
    [503, new UnauthorizedError('token')],
    [503, new ForbiddenError('quota')],
    [200, new InvalidPayloadError('never right')],
    [500, new Error('a mistake of ours')],
  ])('is answered with %i for %s', async (status, error) => {
    const { world, instance, threadKey } = await settled()
    world.botpress.failNext('initializeIncomingMessage', error)
    expect((await instance.webhook(signed(said(threadKey, 'm1', 'hello')))).status).toBe(status)
  })

  it.each([
    [503, new ProviderUnreachableError('down', { sent: true })],
    [503, new ProviderHttpError('busy', { status: 503 }, { retryable: true })],
    [200, new ProviderHttpError('gone', { status: 404 })],
    [200, new ThreadClosedError('closed')],
    [500, new TypeError('a mistake of ours')],
  ])('of the adapter is answered with %i for %s', async (status, error) => {
    const { world } = await settled()
    const verifyWebhook = () => Promise.reject(error)
    expect((await handle(world, signed(), { verifyWebhook })).status).toBe(status)
  })

  it('does not keep the other events from being applied, and asks for the delivery again', async () => {
    const { world, instance, conversationId, threadKey } = await settled()
    const request = signed(said(threadKey, 'm1', 'one'), said(threadKey, 'm2', 'two'), closed(threadKey))
    world.botpress.failNext('initializeIncomingMessage', new InternalError('down'))
    expect((await instance.webhook(request)).status).toBe(503)
    expect(heardTexts(world, conversationId)).toEqual(['two'])
    expect((await instance.webhook(request)).status).toBe(200)
    expect(heardTexts(world, conversationId).toSorted()).toEqual(['one', 'two'])
    expect(stops(world, conversationId)).toBe(1)
  })

  it('that may pass counts more than one that will not', async () => {
    const { world, instance, threadKey } = await settled()
    world.botpress.failNext('initializeIncomingMessage', new InvalidPayloadError('never right'))
    world.botpress.failNext('initializeIncomingMessage', new InternalError('down'))
    const request = signed(said(threadKey, 'm1', 'one'), said(threadKey, 'm2', 'two'))
    expect((await instance.webhook(request)).status).toBe(503)
  })

  it('while a session is being opened is answered with 503', async () => {
    const { world, instance, userId } = await settled()
    const answer = world.provider.holdNext('openThread')
    const starting = instance.start({ userId, title: 'slow' })
    await vi.waitUntil(() => world.provider.callsOf('openThread').length === 1)
    const response = await withTimePassing(instance.webhook(signed(said('thread-soon', 'm1', 'hello'))))
    expect(response.status).toBe(503)
    answer()
    await starting
  })

  it.each<['end' | 'assignment', (threadKey: string) => ProviderEvent]>([
    ['end', closed],
    ['assignment', (threadKey) => assigned(threadKey, 'a')],
  ])('that killed the instance after it claimed the %s: 503 after 3 s, told once after 10 s', async (_name, event) => {
    const { world, instance, conversationId, threadKey } = await settled()
    const request = signed(event(threadKey))
    const told = () => announcedAgents(world, conversationId).length + stops(world, conversationId)
    killAtAnnouncement(world)
    await instance.webhook(request)
    const later = await createInstance(world)
    vi.setSystemTime(Date.now() + 3_000)
    expect((await withTimePassing(later.webhook(request))).status).toBe(503)
    expect(told()).toBe(0)
    vi.setSystemTime(Date.now() + 7_000)
    for (const each of [later, instance, later]) {
      expect((await withTimePassing(each.webhook(request))).status).toBe(200)
    }
    expect(told()).toBe(1)
  })

  it('is 503 for an event that waited past the deadline, which then is applied by its next delivery', async () => {
    const world = createWorld()
    const instance = await createInstance(world, { budgetMs: 8_000 })
    const { conversationId, threadKey } = await openSettledSession(world, instance)
    let release: () => void = () => undefined
    world.botpress.interceptNext('initializeIncomingMessage', () => new Promise<void>((resolve) => (release = resolve)))
    const [slow, late] = ['m1', 'm2'].map((id) => signed(said(threadKey, id, id)))
    if (!slow || !late) throw new Error('two requests')
    const first = instance.webhook(slow)
    const second = instance.webhook(late)
    await vi.waitUntil(() => world.botpress.callsOf('initializeIncomingMessage').length === 1)
    vi.setSystemTime(Date.now() + 8_000)
    release()
    expect([(await first).status, (await second).status]).toEqual([200, 503])
    expect(heardTexts(world, conversationId)).toEqual(['m1'])
    expect((await instance.webhook(late)).status).toBe(200)
    expect(heardTexts(world, conversationId)).toEqual(['m1', 'm2'])
  })

  it('shows no secret and no content in answer or log', async () => {
    const { world, instance, threadKey } = await settled()
    world.log.length = 0
    const requests: PlatformRequest[] = []
    for (const error of [
      new InternalError('quotes key-of-the-account 4111'),
      new Error('secret-of-the-webhook 4111'),
    ]) {
      world.botpress.failNext('initializeIncomingMessage', error)
      requests.push(signed(said(threadKey, 'm1', '4111')))
    }
    requests.push({ ...signed(said(threadKey, 'm1', '4111')), headers: { 'x-acme-signature': 'given-signature' } })
    const answers: unknown[] = []
    for (const request of requests) answers.push(await instance.webhook(request))
    const shown = JSON.stringify(answers) + world.log.join('\n')
    const expectedSignature = signed(said(threadKey, 'm1', '4111')).headers['X-Acme-Signature'] ?? 'none'
    for (const secret of [CONFIG.apiKey, CONFIG.webhookSecret, '4111', 'given-signature', expectedSignature]) {
      expect(shown).not.toContain(secret)
    }
    expect(world.log).toHaveLength(3)
  })
})

describe('the request that the adapter verifies', () => {
  async function verified(change: Partial<PlatformRequest>): Promise<WebhookRequest | undefined> {
    const { world } = await settled()
    let seen: WebhookRequest | undefined
    await handle(
      world,
      { ...signed(), ...change },
      { verifyWebhook: (request) => void (seen = request), readWebhook: () => [] }
    )
    return seen
  }

  it('has header names in lower case, values as they came', async () => {
    const seen = await verified({ headers: { 'X-Acme-SIGNATURE': 'AbC', 'Content-Type': 'Application/JSON' } })
    expect(seen?.headers).toEqual({ 'x-acme-signature': 'AbC', 'content-type': 'Application/JSON' })
  })

  it('has the method in upper case and the body exactly as it came', async () => {
    const body = '{ "a":1,\r\n "ü": "\\u00fc" }\n'
    expect(await verified({ method: 'post', body })).toMatchObject({ method: 'POST', rawBody: body })
  })

  it.each([
    ['/', '', 'https://hooks.test/hook-1'],
    ['', '', 'https://hooks.test/hook-1'],
    ['/events/chat', '', 'https://hooks.test/hook-1/events/chat'],
    ['/', 'token=a%20b&x=', 'https://hooks.test/hook-1?token=a%20b&x='],
    ['/events', 'x=1', 'https://hooks.test/hook-1/events?x=1'],
  ])('has the public address for path %j and query %j', async (path, query, url) => {
    expect((await verified({ path, query }))?.url).toBe(url)
  })

  it('is verified by the time of the delivery and with the settings', async () => {
    const { world } = await settled()
    const verifyWebhook = vi.fn<FakeAdapter['verifyWebhook']>()
    await handle(world, signed(), { verifyWebhook })
    expect(verifyWebhook).toHaveBeenCalledWith(expect.anything(), CONFIG, Date.now(), expect.anything())
  })
})

describe('what an adapter knows while it verifies', () => {
  type Ask = (knowledge: WebhookKnowledge<FakeThread>) => Promise<unknown>

  /** Verifies a webhook of nothing, asking as told; what was learnt and which calls that took. */
  async function asking(world: World, ask: Ask) {
    let learnt: unknown
    world.botpress.calls.length = 0
    const verifyWebhook: FakeAdapter['verifyWebhook'] = async (_request, _config, _now, knowledge) => {
      learnt = await ask(knowledge)
    }
    expect(await handle(world, signed(), { verifyWebhook })).toEqual({ status: 200 })
    return { learnt, calls: world.botpress.calls.map(({ operation }) => operation) }
  }

  it('is the thread of a key, for one call, and for none the next time', async () => {
    const { world, threadKey } = await settled()
    const ask: Ask = ({ thread }) => thread(threadKey)
    expect(await asking(world, ask)).toEqual({ learnt: { id: threadKey }, calls: ['listConversations'] })
    expect(await asking(world, ask)).toEqual({ learnt: { id: threadKey }, calls: [] })
  })

  it('is that a thread is none of ours, for one call, and without waiting', async () => {
    const { world, instance, userId } = await settled()
    const answer = world.provider.holdNext('openThread')
    const starting = instance.start({ userId, title: 'slow' })
    await vi.waitUntil(() => world.provider.callsOf('openThread').length === 1)
    const startedAt = Date.now()
    const { learnt, calls } = await asking(world, ({ thread }) => thread('thread-foreign'))
    expect([learnt, calls, Date.now() - startedAt]).toEqual([undefined, ['listConversations'], 0])
    answer()
    await starting
  })

  it('is what was noted about the installation, for one call a minute', async () => {
    const { world } = await settled()
    const ask: Ask = ({ installation }) => installation()
    expect(await asking(world, ask)).toEqual({ learnt: undefined, calls: ['getState'] })
    await invoke(world).note.write({ keys: ['key-1'] })
    expect(await asking(world, ask)).toEqual({ learnt: { keys: ['key-1'] }, calls: [] })
    vi.setSystemTime(Date.now() + 60_000)
    expect(await asking(world, ask)).toEqual({ learnt: { keys: ['key-1'] }, calls: ['getState'] })
  })

  it('never asks the provider', async () => {
    const { world, threadKey } = await settled()
    await asking(world, async ({ thread, installation }) => [await thread(threadKey), await installation()])
    expect(world.provider.calls).toEqual([])
  })

  it('makes a known thread’s event cost no look of its own', async () => {
    const { world, conversationId, threadKey } = await settled()
    const verifyWebhook = vi.fn<FakeAdapter['verifyWebhook']>(async (_request, _config, _now, { thread }) => {
      await thread(threadKey)
    })
    await handle(world, signed(said(threadKey, 'm1', 'hello')), { verifyWebhook })
    expect(heardTexts(world, conversationId)).toEqual(['hello'])
    expect(world.botpress.callsOf('listConversations')).toHaveLength(1)
    expect(verifyWebhook).toHaveBeenCalledTimes(1)
  })

  it('fails the webhook for the moment when Botpress does not answer', async () => {
    const { world, threadKey } = await settled()
    world.botpress.failNext('listConversations', new InternalError('down'))
    const verifyWebhook: FakeAdapter['verifyWebhook'] = async (_request, _config, _now, { thread }) => {
      await thread(threadKey)
    }
    expect((await handle(world, signed(said(threadKey, 'm1', 'hello')), { verifyWebhook })).status).toBe(503)
    expect(world.botpress.messages()).toEqual([])
  })
})

describe('a webhook of a thread that is not known yet', () => {
  /** A start that has opened its thread and not bound it; `bind` lets it go on. */
  async function opening() {
    const { world, instance, userId, threadKey: otherKey, conversationId: otherConversation } = await settled()
    let bind: () => void = () => undefined
    const held = new Promise<void>((resolve) => (bind = resolve))
    world.botpress.interceptNext('updateConversation', () => held)
    const starting = instance.start({ userId, title: 'slow' })
    await vi.waitUntil(() => world.botpress.callsOf('updateConversation').length === 1)
    const threadKey = world.provider.openThreads().at(-1)?.id ?? 'none'
    return { world, starting, bind, threadKey, otherKey, otherConversation }
  }

  /** Passes a request about a thread that is not ours, and never one about a thread that is. */
  const passesWhileUnknown = (...keys: string[]) =>
    vi.fn<FakeAdapter['verifyWebhook']>(async (_request, _config, _now, { thread }) => {
      for (const key of keys) {
        if (await thread(key)) throw new WebhookVerificationError('This thread asks for more proof.')
      }
    })

  it.each<[string, (threadKey: string) => ProviderEvent]>([
    ['a message', (threadKey) => said(threadKey, 'm1', 'forged')],
    ['an assignment', (threadKey) => assigned(threadKey, 'a')],
    ['an end', closed],
  ])('and is bound meanwhile is verified again: 401, and nothing changes (%s)', async (_name, event) => {
    const { world, starting, bind, threadKey } = await opening()
    const verifyWebhook = passesWhileUnknown(threadKey)
    const users = world.botpress.users()
    const handling = handle(world, signed(event(threadKey)), { verifyWebhook })
    setTimeout(bind, 600)
    const [{ status }, conversationId] = await withTimePassing(Promise.all([handling, starting]))
    expect(status).toBe(401)
    expect(verifyWebhook).toHaveBeenCalledTimes(2)
    expect(world.botpress.messages(conversationId)).toEqual([])
    expect(world.botpress.events(conversationId)).toEqual([])
    expect(world.botpress.users()).toEqual(users)
    for (const operation of ['getOrSetState', 'setState'] as const)
      expect(world.botpress.callsOf(operation)).toEqual([])
  })

  it('is applied when it passes with the thread as well, which it then is given', async () => {
    const { world, starting, bind, threadKey } = await opening()
    const seen: unknown[] = []
    const verifyWebhook: FakeAdapter['verifyWebhook'] = async (_request, _config, _now, { thread }) => {
      seen.push(await thread(threadKey))
    }
    const handling = handle(world, signed(said(threadKey, 'm1', 'hello')), { verifyWebhook })
    setTimeout(bind, 600)
    const [{ status }, conversationId] = await withTimePassing(Promise.all([handling, starting]))
    expect(status).toBe(200)
    expect(heardTexts(world, conversationId)).toEqual(['hello'])
    expect(seen).toEqual([undefined, { id: threadKey }])
  })

  it('is refused for every one of its events', async () => {
    const { world, starting, bind, threadKey } = await opening()
    const request = signed(said(threadKey, 'm1', 'forged'), said(threadKey, 'm2', 'forged too'), closed(threadKey))
    const handling = handle(world, request, { verifyWebhook: passesWhileUnknown(threadKey) })
    setTimeout(bind, 600)
    const [{ status }, conversationId] = await withTimePassing(Promise.all([handling, starting]))
    expect(status).toBe(401)
    expect(world.botpress.messages(conversationId)).toEqual([])
    expect(world.botpress.events(conversationId)).toEqual([])
  })

  it('and stays unknown is verified once, and ignored', async () => {
    const { world } = await settled()
    const verifyWebhook = passesWhileUnknown('thread-foreign')
    const answer = await handle(world, signed(said('thread-foreign', 'm1', 'hello')), { verifyWebhook })
    expect(answer.status).toBe(200)
    expect(verifyWebhook).toHaveBeenCalledTimes(1)
    expect(world.botpress.messages()).toEqual([])
  })

  it('is asked for again when the session takes too long to open', async () => {
    const { world, starting, bind, threadKey } = await opening()
    const verifyWebhook = passesWhileUnknown(threadKey)
    const handling = handle(world, signed(said(threadKey, 'm1', 'hello')), { verifyWebhook })
    expect((await withTimePassing(handling)).status).toBe(503)
    expect(verifyWebhook).toHaveBeenCalledTimes(1)
    bind()
    await starting
  })

  it('is verified once by an adapter that does not ask for threads', async () => {
    const { world, starting, bind, threadKey } = await opening()
    const verifyWebhook = vi.fn<FakeAdapter['verifyWebhook']>()
    const handling = handle(world, signed(said(threadKey, 'm1', 'hello')), { verifyWebhook })
    setTimeout(bind, 600)
    const [, conversationId] = await withTimePassing(Promise.all([handling, starting]))
    expect(heardTexts(world, conversationId)).toEqual(['hello'])
    expect(verifyWebhook).toHaveBeenCalledTimes(1)
  })

  it('does not refuse what it says of another thread, which was known when it was verified', async () => {
    const { world, starting, bind, threadKey, otherKey, otherConversation } = await opening()
    const verifyWebhook = passesWhileUnknown(threadKey)
    const request = signed(said(otherKey, 'm1', 'for the other'), said(threadKey, 'm1', 'forged'))
    const handling = handle(world, request, { verifyWebhook })
    setTimeout(bind, 600)
    const [{ status }, conversationId] = await withTimePassing(Promise.all([handling, starting]))
    expect(status).toBe(401)
    expect(heardTexts(world, conversationId)).toEqual([])
    expect(heardTexts(world, otherConversation)).toEqual(['for the other'])
  })
})
