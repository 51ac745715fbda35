import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { defaultSeed, retryPolicy, signatureV1, signatureV3 } from '../src/providers/hubspot'
import {
  anna,
  app,
  ben,
  capabilities,
  channelsApi,
  emailOf,
  HubSpotKit,
  last,
  opaque,
  textAt,
  type Desk,
} from './hubspot-kit'
import { nested, rows } from './world'

let kit: HubSpotKit
let desk: Desk
beforeAll(async () => {
  kit = await HubSpotKit.start()
})
afterAll(() => kit.close())
beforeEach(async () => {
  await kit.reset()
  desk = await kit.desk()
  await kit.emulator.settled()
  kit.script.invocations.length = 0
})
afterEach(() => kit.emulator.clock.reset())

const picture = { name: 'cat.png', contentType: 'image/png', bytes: new Uint8Array([1, 2, 3]) }
const hook = async () => last(await kit.channelHooks())
const messageOf = async () => nested(await hook(), 'message')

describe("an agent's reply", () => {
  it('reaches the channel as documented', async () => {
    const id = await kit.open(desk)
    const messageId = kit.hub.agent(anna).reply(id, 'Let me <look>')
    const visitor = `V-${kit.hub.thread(id).associatedContactId}`
    expect(await kit.channelHooks()).toEqual([
      {
        type: 'OUTGOING_CHANNEL_MESSAGE_CREATED',
        portalId: String(defaultSeed.portalId),
        channelId: desk.channelId,
        eventId: expect.stringMatching(/^\d+$/),
        eventTimestamp: expect.stringMatching(/Z$/),
        channelIntegrationThreadIds: ['thread-1'],
        message: {
          id: messageId,
          type: 'MESSAGE',
          conversationsThreadId: id,
          channelId: desk.channelId,
          channelAccountId: desk.accountId,
          createdAt: expect.stringMatching(/Z$/),
          createdBy: `A-${anna}`,
          text: 'Let me <look>',
          richText: '<div>Let me &lt;look&gt;</div>',
          direction: 'OUTGOING',
          senders: [{ actorId: `A-${anna}`, name: 'Anna Nowak' }],
          recipients: [{ actorId: visitor, deliveryIdentifier: opaque('user-1') }],
          attachments: [],
          truncationStatus: 'NOT_TRUNCATED',
          status: { statusType: 'SENT' },
        },
      },
    ])
  })

  it('may have a rich text of its own, or none', async () => {
    const id = await kit.open(desk)
    kit.hub.agent(anna).reply(id, 'x', { richText: '<b>x</b>' })
    expect((await messageOf())['richText']).toBe('<b>x</b>')
    kit.hub.agent(anna).reply(id, 'y', { richText: null })
    expect((await messageOf())['richText']).toBeUndefined()
  })

  it('does not name its sender when told', async () => {
    kit.hub.configure({ nameSenders: false })
    kit.hub.agent(anna).reply(await kit.open(desk), 'Hello')
    expect((await messageOf())['senders']).toEqual([{ actorId: `A-${anna}` }])
  })

  it('names the contact it goes to', async () => {
    const senders = [{ deliveryIdentifier: emailOf('tom.field@example.com') }]
    kit.hub.agent(anna).reply(await kit.open(desk, { senders }), 'Hello')
    expect((await messageOf())['recipients']).toEqual([
      { actorId: 'V-51', deliveryIdentifier: emailOf('tom.field@example.com') },
    ])
  })

  it('has numbers as ids when told', async () => {
    kit.hub.configure({ channelIdsAsNumbers: true })
    const id = await kit.open(desk)
    kit.hub.agent(anna).attach(id, picture)
    const { portalId, channelId, message } = await hook()
    expect([portalId, channelId]).toEqual([defaultSeed.portalId, Number(desk.channelId)])
    expect(nested(message)['conversationsThreadId']).toBe(Number(id))
    expect(typeof rows(nested(message), 'attachments')[0]?.['fileId']).toBe('number')
    expect(typeof nested(message)['id']).toBe('string')
  })

  it.each(['L-9', 'S-hubspot', 'I-77'])('may come from %s', async (actorId) => {
    kit.hub.replyAs(actorId, await kit.open(desk), 'Hello from a machine')
    expect(await messageOf()).toMatchObject({ createdBy: actorId, senders: [{ actorId }] })
  })

  it('comes from agents by the agent controls only', async () => {
    const id = await kit.open(desk)
    expect(() => kit.hub.replyAs('A-2620022', id, 'x')).toThrow('A-2620022')
    expect(() => kit.hub.replyAs('V-51', id, 'x')).toThrow('V-51')
  })

  it('opens a closed thread again', async () => {
    const id = await kit.open(desk)
    const agent = kit.hub.agent(anna)
    agent.close(id)
    agent.reply(id, 'One more thing')
    expect(kit.hub.thread(id).status).toBe('OPEN')
    expect((await messageOf())['text']).toBe('One more thing')
  })

  it('assigns a thread of nobody when told, and never a second time', async () => {
    const id = await kit.open(desk)
    kit.hub.agent(anna).reply(id, 'Hello')
    expect(kit.hub.thread(id).assignedTo).toBeUndefined()
    kit.hub.configure({ assignOnReply: true })
    kit.hub.agent(anna).reply(id, 'Hello')
    kit.hub.agent(ben).reply(id, 'Hello')
    expect(kit.hub.thread(id).assignedTo).toBe(`A-${anna}`)
  })

  it('is impossible on a channel that takes none', async () => {
    const other = await kit.desk(undefined, { capabilities: { ...capabilities, allowOutgoingMessages: false } })
    const id = await kit.open(other)
    expect(() => kit.hub.agent(anna).reply(id, 'x')).toThrow('no outgoing messages')
  })

  it('goes nowhere without a webhook URL, or on an archived channel', async () => {
    const silent = await kit.desk(undefined, { webhookUrl: undefined })
    kit.hub.agent(anna).reply(await kit.open(silent), 'x')
    const id = await kit.open(desk)
    await kit.dev('DELETE', `${channelsApi}/${desk.channelId}`)
    kit.hub.agent(anna).reply(id, 'x')
    expect(await kit.channelHooks()).toEqual([])
  })

  it('goes to the address the channel has now', async () => {
    const id = await kit.open(desk)
    await kit.dev('PATCH', `${channelsApi}/${desk.channelId}`, {
      name: 'Bot',
      webhookUrl: `${kit.webhookUrl}/moved`,
      channelDescription: '',
      channelLogoUrl: 'https://files.example.com/logo.png',
      channelAccountConnectionRedirectUrl: 'https://files.example.com/connect',
      capabilities,
    })
    kit.hub.agent(anna).reply(id, 'x')
    await kit.emulator.settled()
    expect(nested(kit.script.of('webhook_received').at(-1)?.body, 'req')['path']).toBe('/moved')
  })
})

describe('files of agents', () => {
  it('come with an address that anybody can read for a while', async () => {
    kit.hub.agent(anna).attach(await kit.open(desk), picture, 'Look')
    const [attachment] = rows(await messageOf(), 'attachments')
    expect(attachment).toEqual({
      type: 'FILE',
      fileId: expect.stringMatching(/^\d+$/),
      name: 'cat.png',
      url: expect.stringMatching(/^https:\/\/api\.hubapi\.com\/filemanager\//),
      fileUsageType: 'IMAGE',
    })
    const { pathname, search } = new URL(String(attachment?.['url']))
    const answer = await kit.request(pathname + search)
    expect([...answer.bytes]).toEqual([1, 2, 3])
    expect(answer.headers.get('content-type')).toBe('image/png')
    expect((await kit.request(pathname)).status).toBe(403)
    await kit.emulator.clock.advance(61 * 60 * 1000)
    expect((await kit.request(pathname + search)).status).toBe(403)
  })

  it('have an empty text unless something is said', async () => {
    kit.hub.agent(anna).attach(await kit.open(desk), picture)
    expect(await messageOf()).toMatchObject({ text: '', attachments: [{ type: 'FILE' }] })
    expect((await messageOf())['richText']).toBeUndefined()
  })

  it('come without an address when told, which signed-url has', async () => {
    kit.hub.configure({ attachmentUrls: false })
    kit.hub.agent(anna).attach(await kit.open(desk), picture)
    const [attachment] = rows(await messageOf(), 'attachments')
    expect(attachment?.['url']).toBeUndefined()
    const { body } = await kit.call('GET', `/files/v3/files/${String(attachment?.['fileId'])}/signed-url`)
    const { pathname, search } = new URL(textAt(body, 'url'))
    expect((await kit.request(pathname + search)).status).toBe(200)
  })

  it.each([
    ['another type', [{ ...picture, contentType: 'application/zip' }], 'takes no application/zip'],
    ['too many', [picture, picture, picture], 'more than'],
    ['too large a file', [{ ...picture, bytes: new Uint8Array(1001) }], 'more than'],
    ['too much together', [1, 2].map(() => ({ ...picture, bytes: new Uint8Array(900) })), 'more than'],
  ])('are not %s than the channel takes', async (_what, files, message) => {
    const id = await kit.open(desk)
    expect(() => kit.hub.agent(anna).reply(id, 'x', { files })).toThrow(message)
    expect(await kit.channelHooks()).toEqual([])
  })

  it('are for channels that declare files', async () => {
    const other = await kit.desk(undefined, { capabilities: { ...capabilities, outgoingAttachmentTypes: [] } })
    const id = await kit.open(other)
    expect(() => kit.hub.agent(anna).attach(id, picture)).toThrow('takes no files')
  })
})

describe('the signature', () => {
  const verify = ({ headers, raw }: HubSpotKit['received'][number], url = kit.webhookUrl) => {
    const timestamp = String(headers['x-hubspot-request-timestamp'])
    const expected = signatureV3(app.clientSecret, { method: 'POST', uri: url, body: raw, timestamp })
    return headers['x-hubspot-signature-v3'] === expected
  }
  const age = ({ headers }: HubSpotKit['received'][number]) =>
    Date.now() - Number(headers['x-hubspot-request-timestamp'])
  const received = async () => {
    await kit.emulator.settled()
    return last(kit.received)
  }

  it('is there in both versions, over the raw body', async () => {
    kit.hub.agent(anna).reply(await kit.open(desk), 'Où ? 🚚')
    const one = await received()
    expect(verify(one)).toBe(true)
    expect(verify({ ...one, raw: one.raw.replace('Où', 'Ou') })).toBe(false)
    expect(age(one)).toBeLessThan(5000)
    expect(one.headers['x-hubspot-signature-version']).toBe('v1')
    expect(one.headers['x-hubspot-signature']).toBe(signatureV1(app.clientSecret, one.raw))
    expect(one.headers['content-type']).toBe('application/json')
  })

  it('is over the address with its query, decoded', async () => {
    const url = `${kit.webhookUrl}?src=hs%3Aapp%2Fx`
    await kit.hub.webhook.raw('channel', {}, { url })
    const one = await received()
    expect(verify(one, `${kit.webhookUrl}?src=hs:app/x`)).toBe(true)
    expect(verify(one)).toBe(false)
  })

  it('can be wrong in every way', async () => {
    const raw = async (sign: false | 'wrong-secret' | 'tampered' | 'stale' | 'future' | 'v1-only') => {
      await kit.hub.webhook.raw('channel', { type: 'X' }, { sign })
      return received()
    }
    expect((await raw(false)).headers['x-hubspot-signature']).toBeUndefined()
    expect(verify(await raw('wrong-secret'))).toBe(false)
    expect(verify(await raw('tampered'))).toBe(false)
    const stale = await raw('stale')
    expect([verify(stale), age(stale) > 300_000]).toEqual([true, true])
    const future = await raw('future')
    expect([verify(future), age(future) < -290_000]).toEqual([true, true])
    const old = await raw('v1-only')
    expect(old.headers['x-hubspot-signature-v3']).toBeUndefined()
    expect(old.headers['x-hubspot-signature']).toBe(signatureV1(app.clientSecret, old.raw))
  })

  it('is right on a body by hand, whatever it is', async () => {
    const result = await kit.hub.webhook.raw('channel', 'not json', { headers: { 'x-more': '1' } })
    expect(result).toEqual({ status: 200, attempts: 1 })
    const one = await received()
    expect([one.raw, verify(one), one.headers['x-more']]).toEqual(['not json', true, '1'])
  })

  it('refused by the receiver is not repeated by hand unless told', async () => {
    kit.script.answers['webhook_received'] = () => ({ status: 401, body: '' })
    const { raw } = kit.hub.webhook
    expect(await raw('channel', {}, { sign: 'wrong-secret' })).toEqual({ status: 401, attempts: 1 })
    const sending = raw('channel', {}, { retry: true })
    await kit.emulator.settled()
    await kit.emulator.clock.advance(24 * 60 * 60 * 1000)
    expect(await sending).toEqual({ status: 401, attempts: 10 })
  })

  it('has a time of the emulated clock when told', async () => {
    kit.hub.configure({ signatureTime: 'emulated' })
    await kit.emulator.clock.advance(600_000)
    await kit.hub.webhook.raw('channel', {})
    expect(age(await received())).toBeLessThan(-590_000)
  })
})

describe('the delivery', () => {
  const failing = (times: number, status = 500) => {
    let left = times
    kit.script.answers['webhook_received'] = () => ({ status: left-- > 0 ? status : 200, body: '' })
  }
  const reply = async () => {
    const id = await kit.open(desk)
    kit.hub.agent(anna).reply(id, 'Hello')
    await kit.emulator.settled()
  }
  const day = 24 * 60 * 60 * 1000

  it('is repeated until accepted, with the same body', async () => {
    failing(2, 401)
    await reply()
    expect(kit.received).toHaveLength(1)
    await kit.emulator.clock.advance(59_000)
    expect(kit.received).toHaveLength(1)
    await kit.emulator.clock.advance(day)
    expect(kit.received).toHaveLength(3)
    expect(new Set(kit.received.map(({ raw }) => raw)).size).toBe(1)
  })

  it('ends after ten attempts within a day', async () => {
    failing(99)
    await reply()
    await kit.emulator.clock.advance(day)
    expect(kit.received).toHaveLength(10)
    await kit.emulator.clock.advance(day)
    expect(kit.received).toHaveLength(10)
  })

  it('is signed anew each time', async () => {
    kit.hub.configure({ signatureTime: 'emulated' })
    failing(1)
    await reply()
    await kit.emulator.clock.advance(day)
    const [first, second] = kit.received.map(({ headers }) => Number(headers['x-hubspot-request-timestamp']))
    expect(Number(second) - Number(first)).toBeGreaterThanOrEqual(60_000)
  })

  it('is tried once when told', async () => {
    kit.hub.configure({ retryChannelWebhooks: false })
    failing(99)
    await reply()
    await kit.emulator.clock.advance(day)
    expect(kit.received).toHaveLength(1)
  })

  it('waits five seconds and accepts 2xx', () => {
    expect(retryPolicy.timeoutMs).toBe(5000)
    expect([0, 199, 200, 204, 299, 302, 400, 500].filter((status) => retryPolicy.accepted(status))).toEqual([
      200, 204, 299,
    ])
    expect(retryPolicy.delaysMs.reduce((sum, ms) => sum + ms, 0)).toBeLessThan(day)
  })

  it('can be duplicated, as any webhook', async () => {
    kit.emulator.deliveries.mode('hubspot', { duplicate: 'sequential' })
    await reply()
    expect(await kit.channelHooks()).toHaveLength(2)
  })

  it('is over before the answer when told', async () => {
    kit.hub.configure({ answerAfterWebhooks: true })
    kit.hub.agent(anna).reply(await kit.open(desk), 'Hello')
    await kit.publish(desk)
    expect(kit.received).toHaveLength(1)
  })
})

it('a comment stays inside', async () => {
  const id = await kit.open(desk)
  const commentId = kit.hub.agent(anna).comment(id, 'Careful')
  expect(await kit.channelHooks()).toEqual([])
  expect(kit.hub.thread(id).messages.at(-1)).toMatchObject({ id: commentId, isComment: true, createdBy: `A-${anna}` })
})
