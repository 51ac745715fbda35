import { transforms } from '@botpress/sdk'
import {
  ConfigurationError,
  type HitlError,
  ProviderHttpError,
  ProviderUnreachableError,
  RateLimitedError,
  type AgentMessage,
} from '@hitl/core'
import { describe, expect, it } from 'vitest'
import * as z from 'zod/mini'
import { zohoSalesIqAdapter } from '../src/adapter'
import { sessionOptions, settingsForm } from '../src/form'
import {
  type Answer,
  conversationId,
  conversationIn,
  data,
  failsWith,
  hosts,
  opened,
  PAGE,
  refusal,
  type Route,
  secrets,
  shortenWaits,
  thread,
  useWorld,
  visitorSaid,
  World,
  failureOf,
} from './helpers'

const world = useWorld()

const SEND: Route = `POST visitor/conversations/${conversationId}/messages`
const STATE: Route = `GET rest/conversations/${conversationId}`
const TRANSCRIPT: Route = `GET rest/conversations/${conversationId}/messages`

const agentInCharge = async (w: World) => {
  const { agentInCharge: ask } = w.api()
  return ask?.(thread)
}
const say = (w: World) =>
  w.api().sendMessage(thread, { id: 'msg_1', parts: [{ kind: 'text', text: secrets.userText }] })

describe('the adapter', () => {
  it('names a thread by the numeric id, which webhooks repeat', () => {
    expect(zohoSalesIqAdapter.threadKey(thread)).toBe(conversationId)
  })

  it('keeps to the documented size: files of 50 MB, of every kind', () => {
    expect(zohoSalesIqAdapter.limits).toMatchObject({
      uploadBytes: 50_000_000,
      media: ['image', 'audio', 'video', 'file'],
    })
    expect(zohoSalesIqAdapter.limits.text.max).toBeLessThanOrEqual(4_000)
  })

  it('answers webhooks before SalesIQ gives up after five seconds', () => {
    expect(zohoSalesIqAdapter.limits.webhookMs).toBeLessThan(5_000)
  })
})

describe('the settings', () => {
  const form = z.object({ properties: z.record(z.string(), z.unknown()) })
  const REQUIRED = ['clientId', 'clientSecret', 'screenName', 'appId', 'departmentId', 'dataCenter']

  it('are exactly those of the form', () => {
    const optional = ['refreshToken', 'accessToken', 'webhookPublicKey', 'webhookToken']
    expect(Object.keys(settingsForm.shape).toSorted()).toEqual([...REQUIRED, ...optional].toSorted())
    expect(transforms.toJSONSchema(settingsForm)).toMatchObject({ required: REQUIRED })
  })

  it('and the options of a session are exactly those of the form, each of them optional', () => {
    expect(Object.keys(sessionOptions.shape)).toEqual(['departmentId', 'appId', 'waitTimeSeconds', 'customInfo'])
    expect(sessionOptions.safeParse({}).success).toBe(true)
  })

  it('have their secrets hidden in the form', () => {
    const { properties } = form.parse(transforms.toJSONSchema(settingsForm))
    const hidden = Object.entries(properties).filter(([, setting]) => JSON.stringify(setting).includes('"secret":true'))
    expect(hidden.map(([name]) => name)).toEqual(['clientSecret', 'refreshToken', 'accessToken', 'webhookToken'])
  })

  it.each([
    ['settings', settingsForm],
    ['options of a session', sessionOptions],
  ])('and options have a title and a description each (%s)', (_, schema) => {
    for (const field of Object.values(schema.shape)) {
      expect(field.getMetadata()).toMatchObject({ title: expect.stringMatching(/./) })
      expect(field.description ?? '').not.toBe('')
    }
  })

  it.each<[string, unknown]>([
    ...REQUIRED.flatMap((setting): [string, unknown][] => [
      [setting, undefined],
      [setting, ''],
      [setting, '  '],
    ]),
    ['screenName', 'https://salesiq.zoho.com/examplescreen'],
    ['screenName', 'examplescreen/'],
    ['appId', '325000000012003/settings'],
    ['departmentId', 'Support team'],
    ['dataCenter', 'US'],
    ['dataCenter', 'com'],
    ['webhookToken', 'too-short'],
    ['webhookToken', 'with-a-&-in-between-it'],
    ['accessToken', 5],
    ['refreshToken', 5],
  ])('are refused by name before any call: %s as %j', async (setting, value) => {
    const w = world()
    const error = await failsWith(ConfigurationError, (async () => w.api({ [setting]: value }).install())())
    expect(error.setting).toBe(setting)
    expect(error.message).toMatch(
      new RegExp(`^The setting "${setting}" .+ Correct it in the Zoho SalesIQ settings\\.$`)
    )
    expect(w.vendor.calls).toEqual([])
  })

  it('are refused without repeating a secret that landed in the wrong field', async () => {
    const w = world()
    const error = await failsWith(
      ConfigurationError,
      (async () => w.api({ dataCenter: secrets.refreshToken }).install())()
    )
    expect(error.setting).toBe('dataCenter')
  })

  it('may be surrounded by the blanks that copying leaves behind', async () => {
    const w = world()
    w.vendor.on(STATE, conversationIn('waiting'))
    await w.api({ screenName: ' examplescreen\n', clientSecret: `${secrets.clientSecret} ` }).agentInCharge?.(thread)
    expect(w.vendor.calls).toEqual([w.call(STATE)])
  })
})

describe('every call', () => {
  it.each(Object.keys(hosts) as (keyof typeof hosts)[])('goes to the host of the data center %s', async (center) => {
    const w = new World(center)
    await w.storeToken()
    w.vendor.on('POST visitor/conversations', opened).on(SEND).on(STATE, conversationIn('connected'))
    await w.api().openThread(w.request())
    await say(w)
    await agentInCharge(w)
    const origin = `https://${hosts[center][1]}`
    expect(w.vendor.calls.map(({ url, method }) => `${method} ${url}`)).toEqual([
      `POST ${origin}/api/visitor/v1/examplescreen/conversations`,
      `POST ${origin}/api/visitor/v1/examplescreen/conversations/${conversationId}/messages`,
      `GET ${origin}/api/v2/examplescreen/conversations/${conversationId}`,
    ])
    w.vendor.end()
  })

  it('carries the token as Zoho wants it', async () => {
    const w = world()
    w.vendor.on(STATE, conversationIn('connected'))
    await agentInCharge(w)
    expect(w.vendor.calls).toEqual([
      {
        name: STATE,
        method: 'GET',
        url: `https://salesiq.zoho.com/api/v2/examplescreen/conversations/${conversationId}`,
        authorization: `Zoho-oauthtoken ${secrets.accessToken}`,
        contentType: undefined,
        body: '',
      },
    ])
  })

  it('keeps a screen name with odd characters in its place', async () => {
    const w = world()
    const config = { screenName: 'a?b#c' }
    await w.storeToken({}, config)
    await w
      .api(config)
      .agentInCharge?.(thread)
      .catch(() => undefined)
    expect(w.vendor.unexpected).toContain(`GET /api/v2/a%3Fb%23c/conversations/${conversationId}`)
    w.vendor.unexpected.length = 0
  })
})

describe('a refusal', () => {
  const ORG = 'Speaking for a visitor needs the token of an ORG client: create one at the Zoho API Console'

  const refusals: readonly (readonly [number | string, string])[] = [
    [1002, 'the access token did not arrive.'],
    [1004, 'it wants another HTTP method.'],
    [1005, 'it knows no portal of this screen name. Check the setting "screenName".'],
    [1006, 'it does not know this address.'],
    [1007, 'a value has the wrong type.'],
    [1009, `the access token may not do that. ${ORG}`],
    ['1009', `the access token may not do that. ${ORG}`],
    [6_001, 'error 6001.'],
    ['strange', 'error without a code.'],
  ]

  it.each(refusals.flatMap(([code, why]) => [200, 400, 403].map((status) => [code, status, why] as const)))(
    'with code %s and status %i is told in words, once and for all',
    async (code, status, why) => {
      const w = world()
      w.vendor.on(STATE, refusal(code, status))
      const error = await failsWith(ProviderHttpError, agentInCharge(w))
      expect(error.message).toContain(`Zoho SalesIQ refused GET conversations/…: ${why}`)
      expect(error).toMatchObject({ status, retryable: false, provider: 'Zoho SalesIQ' })
      expect(w.vendor.names()).toEqual([STATE])
    }
  )

  it.each([200, 400, 401])('with code 1009 and status %i costs no new token', async (status) => {
    const w = world()
    w.vendor.on(STATE, refusal(1009, status))
    expect(await failsWith(ProviderHttpError, agentInCharge(w))).toMatchObject({ type: '1009' })
    expect(w.vendor.count('token')).toBe(0)
  })

  it('with status 401 and a code nobody documents is about the token: one renewal, one repetition', async () => {
    const w = world()
    w.vendor.on(STATE, refusal(1_100, 401)).onToken().on(STATE, conversationIn('waiting'))
    expect(await agentInCharge(w)).toBeUndefined()
    expect(w.vendor.names()).toEqual([STATE, 'token', STATE])
  })

  it.each([200, 400])('with code 1001 and status %i is tried again, as SalesIQ’s own trouble', async (status) => {
    const w = world()
    shortenWaits()
    w.vendor.on(STATE, refusal(1001, status)).on(STATE, conversationIn('waiting'))
    expect(await agentInCharge(w)).toBeUndefined()
    expect(w.vendor.names()).toEqual([STATE, STATE])
  })

  it('with code 1001 for good is told after three attempts', async () => {
    const w = world()
    shortenWaits()
    w.vendor.whenever(STATE, refusal(1001))
    const error = await failsWith(ProviderUnreachableError, agentInCharge(w))
    expect(error).toMatchObject({ retryable: true, sent: false })
    expect(error.message).toBe('Zoho SalesIQ could not check the access token for GET conversations/…. Try again.')
    expect(w.vendor.count(STATE)).toBe(3)
  })

  it('with an endless message is told in a short text', async () => {
    const w = world()
    w.vendor.on(STATE, { json: { error: { code: 9_999, message: 'x'.repeat(100_000) } } })
    expect((await failsWith(ProviderHttpError, agentInCharge(w))).message.length).toBeLessThan(200)
  })
})

describe('a token that is refused (1008)', () => {
  it.each([200, 400, 401])('is renewed once and the call repeated once (status %i)', async (status) => {
    const w = world()
    w.vendor.on(STATE, refusal(1008, status)).onToken().on(STATE, conversationIn('connected'))
    await agentInCharge(w)
    expect(w.vendor.calls).toEqual([w.call(STATE), w.tokenCall(), w.call(STATE, { token: secrets.renewedToken })])
  })

  it.each<[string, Answer]>([
    ['as a text', refusal('1008')],
    ['without a body, by its status alone', { status: 401, text: '' }],
    ['with a page', { status: 401, text: '<html></html>' }],
  ])('is recognised when SalesIQ says so %s', async (_, answer) => {
    const w = world()
    w.vendor.on(STATE, answer).onToken().on(STATE, conversationIn('connected'))
    await agentInCharge(w)
    expect(w.vendor.names()).toEqual([STATE, 'token', STATE])
  })

  it.each([200, 400, 401])('a second time gives an error, not a loop (status %i)', async (status) => {
    const w = world()
    w.vendor.on(STATE, refusal(1008, status)).onToken().on(STATE, refusal(1008, status))
    const error = await failsWith(ProviderHttpError, agentInCharge(w))
    expect(error).toMatchObject({ status, retryable: false })
    expect(w.vendor.names()).toEqual([STATE, 'token', STATE])
  })
})

describe('a rate limit', () => {
  const limits: readonly (readonly [string, Answer])[] = [
    ['status 429', { status: 429, json: {} }],
    ['status 429 and a page', { ...PAGE, status: 429 }],
    ['status 429 and an error', refusal(7_000, 429)],
    ...['Rate limit exceeded', 'Too many requests', 'API request limit exceeded', 'Request throttled'].map(
      (message) => [`the error "${message}"`, { json: { error: { code: 7_000, message } } }] as const
    ),
  ]

  it.each(limits)('is waited out as long as SalesIQ asks, told by %s', async (_, answer) => {
    const w = world()
    const waits = shortenWaits()
    w.vendor.on(STATE, { ...answer, headers: { 'retry-after': '3' } }).on(STATE, conversationIn('waiting'))
    await agentInCharge(w)
    expect(waits).toEqual([3_000])
    expect(w.vendor.names()).toEqual([STATE, STATE])
  })

  it.each(limits)('lets a message go out later, once, told by %s', async (_, answer) => {
    const w = world()
    const waits = shortenWaits()
    w.vendor.on(SEND, answer).on(SEND)
    await say(w)
    expect(w.vendor.names()).toEqual([SEND, SEND])
    expect(waits).toHaveLength(1)
  })

  it.each(limits)(
    'is told at once when the wait would take longer than the step may, told by %s',
    async (_, answer) => {
      const w = world()
      w.vendor.on(STATE, { ...answer, headers: { 'retry-after': '3600' } })
      const error = await failsWith(RateLimitedError, agentInCharge(w))
      expect(error).toMatchObject({ retryAfterMs: 3_600_000, retryable: true, provider: 'Zoho SalesIQ' })
    }
  )

  it('is told after three attempts', async () => {
    const w = world()
    shortenWaits()
    w.vendor.whenever(STATE, { status: 429, json: {} })
    await failsWith(RateLimitedError, agentInCharge(w))
    expect(w.vendor.count(STATE)).toBe(3)
  })

  it.each([
    { code: 1_007, message: 'Maximum limit exceeded', param: 'text' },
    { code: 4_000, message: 'File size limit exceeded', param: 'file' },
    { code: 4_000, message: 'Too many items', json_key: 'past_messages' },
  ])('is not seen in a refusal of one value: $message', async (error) => {
    const w = world()
    shortenWaits()
    w.vendor.whenever(STATE, { json: { error } })
    expect(await failsWith(ProviderHttpError, agentInCharge(w))).not.toBeInstanceOf(RateLimitedError)
    expect(w.vendor.count(STATE)).toBe(1)
  })
})

describe('an answer that does not come, or cannot be read', () => {
  it.each<[string, Answer, abstract new (...args: never[]) => HitlError]>([
    ['status 500', { status: 500, text: '' }, ProviderHttpError],
    ['status 502 and a page', { ...PAGE, status: 502 }, ProviderHttpError],
    ['status 500 and an error', refusal(7_000, 500), ProviderHttpError],
    ['a dropped connection', { drop: 'ECONNRESET' }, ProviderUnreachableError],
    ['a refused connection', { drop: 'ECONNREFUSED' }, ProviderUnreachableError],
  ])('is asked for three times: %s', async (_, answer, kind) => {
    const w = world()
    shortenWaits()
    w.vendor.whenever(STATE, answer)
    expect(await failsWith(kind, agentInCharge(w))).toMatchObject({ retryable: true, provider: 'Zoho SalesIQ' })
    expect(w.vendor.count(STATE)).toBe(3)
    expect(w.vendor.count('token')).toBe(0)
  })

  it.each<[string, Answer]>([
    ['a page', PAGE],
    ['an empty body', { text: '' }],
    ['broken JSON', { text: '{"data":{"id"' }],
    ['JSON without data', { json: { url: '/', object: 'conversations' } }],
    ['data of another kind', data('325000002017001')],
    ['data without what is needed', data({ id: conversationId })],
    ['a list', data([])],
    ['null', { text: 'null' }],
  ])('is an error that says so and may pass: %s', async (_, answer) => {
    const w = world()
    shortenWaits()
    w.vendor.whenever(STATE, answer)
    const error = await failsWith(ProviderHttpError, agentInCharge(w))
    expect(error).toMatchObject({ retryable: true, status: 200 })
    expect(error.message).toMatch(/^Zoho SalesIQ's answer to GET .+ is not as documented\.$/)
  })

  it('does not mind null and unknown members', async () => {
    const w = world()
    w.vendor.on(STATE, conversationIn('connected', { attender: null, owner: null, notes: null, more: {} }))
    expect(await agentInCharge(w)).toBeUndefined()
  })
})

describe('the agent in charge', () => {
  it.each<[string, object, unknown]>([
    ['the attender', { attender: { id: '5', name: 'Ann' } }, { id: '5', name: 'Ann' }],
    ['the owner where no attender is named', { owner: { id: '6', name: 'Ben' } }, { id: '6', name: 'Ben' }],
    [
      'the attender rather than the owner',
      { attender: { id: '5', name: 'Ann' }, owner: { id: '6', name: 'Ben' } },
      { id: '5', name: 'Ann' },
    ],
    ['known without a name', { attender: { id: '5', name: null } }, { id: '5' }],
    ['known by a number', { attender: { id: 5, name: 'Ann' } }, { id: '5', name: 'Ann' }],
    ['nobody while a bot answers', { attender: { id: '5', name: 'Bot', is_bot: true } }, undefined],
    ['nobody while a bot answers, said with a text', { attender: { id: '5', is_bot: 'true' } }, undefined],
    ['nobody while a bot answers, told by its id', { attender: { id: 'b5', name: 'Bot' } }, undefined],
    ['nobody while the chat waits', {}, undefined],
  ])('is %s', async (_, more, agent) => {
    const w = world()
    w.vendor.on(STATE, conversationIn('connected', more))
    expect(await agentInCharge(w)).toEqual(agent)
    expect(w.vendor.calls).toEqual([w.call(STATE)])
  })

  it('costs no call for the profile: webhooks name their agents', async () => {
    expect(await world().api().getAgent('5', thread)).toEqual({ id: '5' })
  })
})

describe('a message of which the webhook did not say all', () => {
  const at = 1_769_000_012_345
  const line = { kind: 'text', text: '[The agent sent a file, which cannot be shown here. Ask the agent for a link.]' }
  const url = 'https://files.example.com/a/receipt.png'
  const image = { kind: 'image', url, name: 'receipt.png' }
  const incomplete = (more: Partial<AgentMessage> = {}): AgentMessage => ({
    type: 'agentMessage',
    threadKey: conversationId,
    agent: { id: '5' },
    messageId: '1769000012340',
    parts: [{ kind: 'text', text: line.text }],
    isIncomplete: true,
    at,
    ...more,
  })
  const item = (more: object) => ({
    id: '1769000012340',
    sequence_id: '3',
    sender: { id: '5', name: 'Ann' },
    time: '1769000012340',
    ...more,
  })
  const complete = async (w: World, message = incomplete()) => w.api().completeMessage?.(thread, message)
  const file = { name: 'receipt.png', url, content_type: 'image/png' }

  it('is looked up in the transcript around its time, with one call', async () => {
    const w = world()
    w.vendor.on(TRANSCRIPT, data([item({ message: { text: '', attachment: file } })]))
    expect(await complete(w)).toEqual([image])
    expect(w.vendor.calls).toEqual([w.call(TRANSCRIPT, { query: `?from_time=${at - 60_000}&limit=99` })])
  })

  it.each<[string, object]>([
    ['message.attachment', { message: { attachment: file } }],
    ['message.attachments', { message: { attachments: [file] } }],
    ['message.file', { message: { file } }],
    ['message', { message: file }],
    ['meta', { message: { text: null }, meta: file }],
    ['meta.attachment', { message: {}, meta: { attachment: file } }],
    ['attachments', { attachments: [file] }],
    ['members of the first version', { message: { content: 'image/png', fileId: '1', fName: 'receipt.png', url } }],
  ])('is found in %s', async (_, more) => {
    const w = world()
    w.vendor.on(TRANSCRIPT, data([visitorSaid('Hello', at - 500), item(more), visitorSaid('Thanks', at + 500)]))
    expect(await complete(w)).toEqual([image])
  })

  it('is found by its time where the transcript has ids of its own', async () => {
    const w = world()
    w.vendor.on(TRANSCRIPT, data([item({ id: '325000002018001', message: { attachment: file } })]))
    expect(await complete(w)).toEqual([image])
  })

  it('keeps the words of the webhook before the file', async () => {
    const w = world()
    const words = { kind: 'text', text: 'Your receipt' } as const
    w.vendor.on(TRANSCRIPT, data([item({ message: { text: 'Your receipt', attachment: file } })]))
    expect(await complete(w, incomplete({ parts: [words, { kind: 'text', text: line.text }] }))).toEqual([words, image])
  })

  it('is the text of the transcript where the webhook had none', async () => {
    const w = world()
    w.vendor.on(TRANSCRIPT, data([item({ message: { text: 'Only words' } })]))
    expect(await complete(w)).toEqual([{ kind: 'text', text: 'Only words' }])
  })

  it.each<[string, Answer]>([
    ['does not hold it', data([visitorSaid('Hello')])],
    ['is empty', data([])],
    ['knows a file without an address', data([item({ message: { attachment: { file_name: 'receipt.png' } } })])],
    [
      'knows an address that wants a token',
      data([item({ message: { attachment: { ...file, url: 'https://salesiq.zoho.com/api/v1/x/chats/1/f.png' } } })]),
    ],
    ['may not be read', refusal(1009)],
  ])('stays the line that says so when the transcript %s', async (_, answer) => {
    const w = world()
    w.vendor.on(TRANSCRIPT, answer)
    expect(await complete(w)).toEqual([line])
  })

  it.each<[string, Answer]>([
    ['is a page', PAGE],
    ['cannot be had for the moment', { status: 503, text: '' }],
  ])('is asked for again when the transcript %s, and shown as it is in the last attempt', async (_, answer) => {
    const w = world()
    shortenWaits()
    w.vendor.whenever(TRANSCRIPT, answer)
    expect(await failureOf(complete(w))).toMatchObject({ retryable: true })
    expect(await complete(w, { ...incomplete(), isLastAttempt: true })).toEqual([line])
  })

  it('is never what the visitor wrote at the same moment', async () => {
    const w = world()
    const theirs = visitorSaid('My own words', 1_769_000_012_340, { id: '7' })
    w.vendor.on(TRANSCRIPT, data([theirs, item({ message: { attachment: file } })]))
    expect(await complete(w)).toEqual([image])
    w.vendor.on(TRANSCRIPT, data([theirs]))
    expect(await complete(w)).toEqual([line])
  })

  it('never takes over the file of another message', async () => {
    const w = world()
    w.vendor.on(TRANSCRIPT, data([item({ id: '1', time: String(at + 900), message: { attachment: file } })]))
    expect(await complete(w)).toEqual([line])
  })
})
