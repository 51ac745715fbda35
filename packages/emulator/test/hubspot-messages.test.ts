import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { defaultSeed } from '../src/providers/hubspot'
import {
  anna,
  app,
  capabilities,
  channelsApi,
  conversationsApi,
  emailOf,
  helpDesk,
  HubSpotKit,
  message,
  opaque,
  sales,
  textAt,
  type Desk,
} from './hubspot-kit'

let kit: HubSpotKit
let desk: Desk
beforeAll(async () => {
  kit = await HubSpotKit.start()
})
afterAll(() => kit.close())
beforeEach(async () => {
  await kit.reset()
  desk = await kit.desk()
})

const sender = (deliveryIdentifier: unknown, rest = {}) => ({ senders: [{ deliveryIdentifier, ...rest }] })
const phone = (value: string) => ({ type: 'HS_PHONE_NUMBER', value })
const contactOf = (threadId: string) => kit.hub.thread(threadId).associatedContactId

describe('a published message', () => {
  it('is answered with its thread', async () => {
    const { status, body } = await kit.publish(desk, { richText: '<p>Where?</p>', inReplyToId: 'm0' })
    expect(status).toBe(201)
    const visitor = `V-${contactOf(textAt(body, 'conversationsThreadId'))}`
    expect(body).toEqual({
      id: expect.any(String),
      type: 'MESSAGE',
      conversationsThreadId: expect.stringMatching(/^\d+$/),
      channelId: desk.channelId,
      channelAccountId: desk.accountId,
      createdAt: '2026-01-01T10:00:00.000Z',
      createdBy: visitor,
      client: { clientType: 'INTEGRATION', integrationAppId: Number(app.id) },
      text: 'Where is my order?',
      richText: '<p>Where?</p>',
      direction: 'INCOMING',
      senders: [{ actorId: visitor, name: 'Tom Field', deliveryIdentifier: opaque('user-1') }],
      recipients: [{ deliveryIdentifier: opaque('bot-1') }],
      attachments: [],
      inReplyToId: 'm0',
      truncationStatus: 'NOT_TRUNCATED',
      status: { statusType: 'RECEIVED' },
      archived: false,
    })
    const path = `${channelsApi}/${desk.channelId}/messages/${textAt(body, 'id')}`
    expect((await kit.call('GET', path)).body).toEqual(body)
  })

  it.each([
    'messageDirection',
    'channelAccountId',
    'integrationThreadId',
    'text',
    'timestamp',
    'senders',
    'recipients',
    'attachments',
  ])('needs %s', async (name) => {
    const { status, body } = await kit.publish(desk, { [name]: undefined })
    expect(status).toBe(400)
    expect(body).toMatchObject({ category: 'VALIDATION_ERROR', errors: [{ in: name, message: 'is required' }] })
    expect(kit.hub.threads).toEqual([])
  })

  it.each([
    ['an unknown field', { threadId: 'x' }],
    ['another direction', { messageDirection: 'SIDEWAYS' }],
    ['a time that is none', { timestamp: '01.01.2026' }],
    ['a time without zone', { timestamp: '2026-01-01T10:00:00' }],
    ['no sender', { senders: [] }],
    ['a sender without identifier', { senders: [{ name: 'Tom' }] }],
    ['a sender with more in it', sender(opaque('x'), { avatar: 'y' })],
    ['a phone number that is not E.164', sender(phone('0151 234567'))],
    ['an e-mail address that is none', sender(emailOf('nobody'))],
    ['a short code that is none', sender({ type: 'HS_SHORT_CODE', value: 'abc' })],
    ['an identifier of another type', sender({ type: 'EMAIL', value: 'a@b.example' })],
    ['another account', { channelAccountId: '1' }],
    ['empty text without a file', { text: ' ' }],
    ['a text beyond the limit', { text: 'x'.repeat(10_001) }],
    ['an unknown contact', { associateWithContactId: 4711 }],
    ['a contact as text', { associateWithContactId: '51' }],
    ['an unknown file', { attachments: [{ type: 'FILE', fileId: '1' }] }],
    ['an unknown attachment type', { attachments: [{ type: 'IMAGE', url: 'x' }] }],
    ['a place out of this world', { attachments: [{ type: 'LOCATION', latitude: 91, longitude: 0 }] }],
    ['quick replies without labels', { attachments: [{ type: 'QUICK_REPLIES', quickReplies: [{ value: 'a' }] }] }],
  ])('is refused for %s', async (_what, bad) => {
    expect((await kit.publish(desk, bad)).status).toBe(400)
    expect(kit.hub.threads).toEqual([])
  })

  it('is refused for a body that is no JSON object', async () => {
    const path = `${channelsApi}/${desk.channelId}/messages`
    expect((await kit.call('POST', path, [message(desk)])).status).toBe(400)
    const authorization = `Bearer ${await kit.token()}`
    const headers = { authorization, 'content-type': 'application/json' }
    expect((await kit.request(path, { method: 'POST', body: '{', headers })).status).toBe(400)
    const plain = { authorization, 'content-type': 'text/plain' }
    expect((await kit.request(path, { method: 'POST', body: '{}', headers: plain })).status).toBe(415)
  })

  it('has a limit that is a setting', async () => {
    kit.hub.configure({ maxTextLength: 20_000 })
    expect((await kit.publish(desk, { text: 'x'.repeat(20_000) })).status).toBe(201)
  })

  it('may have files without text', async () => {
    const fileId = textAt((await kit.upload()).body, 'id')
    const attachments = [{ type: 'FILE', fileId, fileUsageType: 'OTHER' }]
    const { status, body } = await kit.publish(desk, { text: '', attachments })
    expect(status).toBe(201)
    expect(body['attachments']).toEqual([{ ...attachments[0], name: 'hello.txt' }])
  })

  it('may have a place, quick replies and a header', async () => {
    const attachments = [
      { type: 'LOCATION', latitude: 52.5, longitude: 13.4, name: 'Berlin' },
      { type: 'QUICK_REPLIES', quickReplies: [{ label: 'Yes', value: 'yes', valueType: 'TEXT' }] },
      { type: 'MESSAGE_HEADER', text: 'Hello' },
    ]
    expect((await kit.publish(desk, { attachments })).body['attachments']).toEqual(attachments)
  })

  it('names a sending actor in some versions only', async () => {
    const changes = sender(opaque('user-1'), { senderActorId: `A-${anna}` })
    expect((await kit.publish(desk, changes)).body['senders']).toMatchObject([{ actorId: `A-${anna}` }])
    const dated = (version: string) => `/conversations/custom-channels/${version}/${desk.channelId}/messages`
    expect((await kit.call('POST', dated('2026-03'), message(desk, changes))).status).toBe(201)
    expect((await kit.call('POST', dated('2026-09'), message(desk, changes))).status).toBe(400)
    expect((await kit.call('POST', dated('2026-09'), message(desk))).status).toBe(201)
  })

  it('needs the scope to write', async () => {
    await kit.token()
    const code = kit.hub.grantCode({ scopes: ['conversations.custom_channels.read'] })
    const { body } = await kit.form('/oauth/v3/token', {
      grant_type: 'authorization_code',
      client_id: app.clientId,
      client_secret: app.clientSecret,
      redirect_uri: app.redirectUris[0],
      code,
    })
    const headers = { authorization: `Bearer ${textAt(body, 'access_token')}` }
    const path = `${channelsApi}/${desk.channelId}/messages`
    expect((await kit.call('POST', path, message(desk), headers)).status).toBe(403)
  })
})

describe('the thread of a message', () => {
  it('is the one of its key, in the inbox of the account', async () => {
    const first = await kit.open(desk)
    expect(await kit.open(desk, { text: 'Hello?' })).toBe(first)
    expect(await kit.open(desk, { integrationThreadId: 'thread-2' })).not.toBe(first)
    expect(kit.hub.threads).toHaveLength(2)
    expect(kit.hub.thread(first)).toMatchObject({
      integrationThreadIds: ['thread-1'],
      inboxId: helpDesk,
      channelAccountId: desk.accountId,
      status: 'OPEN',
      ticketId: expect.any(String),
    })
    expect(kit.hub.thread(first).messages.map(({ text }) => text)).toEqual(['Where is my order?', 'Hello?'])
    expect(Number.isSafeInteger(Number(first))).toBe(true)
  })

  it('has no ticket outside the help desk', async () => {
    const other = await kit.desk(sales)
    expect(kit.hub.thread(await kit.open(other)).ticketId).toBeUndefined()
  })

  it('follows the sender where the channel says so', async () => {
    const other = await kit.desk(sales, { capabilities: { ...capabilities, threadingModel: 'DELIVERY_IDENTIFIER' } })
    const noKey = { integrationThreadId: undefined }
    const first = await kit.open(other, noKey)
    expect(await kit.open(other, noKey)).toBe(first)
    expect(await kit.open(other, { ...noKey, ...sender(opaque('user-2')) })).not.toBe(first)
    expect((await kit.publish(other)).status).toBe(400)
  })

  it('belongs to the contact it is told', async () => {
    expect(contactOf(await kit.open(desk, { associateWithContactId: 52 }))).toBe('52')
  })

  it('belongs to a contact the caller resolved', async () => {
    const contacts = [{ contactVid: 51, contactPropertiesLeadingToMatch: ['email'] }]
    expect(contactOf(await kit.open(desk, { preResolvedContacts: { contacts } }))).toBe('51')
  })

  it.each([
    ['e-mail', emailOf('Tom.Field@example.com'), '51'],
    ['phone', phone('+15550100'), '51'],
    ['mobile phone', phone('+15550199'), '52'],
  ])('belongs to the contact with the same %s', async (_what, identifier, id) => {
    expect(contactOf(await kit.open(desk, sender(identifier)))).toBe(id)
  })

  it('belongs to a visitor when nobody matches, who is the same next time', async () => {
    const first = contactOf(await kit.open(desk))
    expect(first).toMatch(/^\d+$/)
    expect(['51', '52']).not.toContain(first)
    expect(contactOf(await kit.open(desk, { integrationThreadId: 'thread-2' }))).toBe(first)
    const stranger = { integrationThreadId: 'thread-3', ...sender(emailOf('new@example.com')) }
    expect(contactOf(await kit.open(desk, stranger))).not.toBe(first)
  })

  it('changes its contact when told later', async () => {
    const id = await kit.open(desk)
    await kit.publish(desk, { associateWithContactId: 51 })
    expect(contactOf(id)).toBe('51')
  })

  it('takes declared senders only when told', async () => {
    kit.hub.configure({ senderIdentifiers: 'declared' })
    expect((await kit.publish(desk, sender(emailOf('tom.field@example.com')))).status).toBe(400)
    expect((await kit.publish(desk)).status).toBe(201)
  })
})

describe('a repeated message', () => {
  const again = { integrationIdempotencyId: 'once' }

  it('is the first one', async () => {
    const first = await kit.publish(desk, again)
    const second = await kit.publish(desk, { ...again, text: 'changed' })
    expect(second.status).toBe(201)
    expect(second.body).toEqual(first.body)
    expect(kit.hub.threads.flatMap(({ messages }) => messages)).toHaveLength(1)
  })

  it('is another one when keys are ignored', async () => {
    kit.hub.configure({ idempotency: 'ignored' })
    const first = await kit.publish(desk, again)
    expect((await kit.publish(desk, again)).body['id']).not.toBe(first.body['id'])
  })

  it('is another one on another account', async () => {
    const { body } = await kit.account(desk.channelId, { deliveryIdentifier: opaque('bot-2') })
    const first = await kit.publish(desk, again)
    const other = await kit.publish({ ...desk, accountId: textAt(body, 'id') }, again)
    expect(other.body['id']).not.toBe(first.body['id'])
  })
})

describe('a message on a closed thread', () => {
  const closed = async () => {
    const id = await kit.open(desk)
    kit.hub.agent(anna).close(id)
    return id
  }

  it('opens it again', async () => {
    const id = await closed()
    kit.hub.subscribeByHand(kit.webhookUrl)
    expect(await kit.open(desk)).toBe(id)
    expect(kit.hub.thread(id).status).toBe('OPEN')
    expect(await kit.events()).toMatchObject([{ objectId: Number(id), propertyName: 'status', propertyValue: 'OPEN' }])
  })

  it('opens a new one when told', async () => {
    kit.hub.configure({ closedThread: 'new-thread' })
    const id = await closed()
    const next = await kit.open(desk)
    expect(next).not.toBe(id)
    expect(await kit.open(desk)).toBe(next)
    expect(kit.hub.thread(id).status).toBe('CLOSED')
  })

  it('is refused when told', async () => {
    kit.hub.configure({ closedThread: 'refuse' })
    await closed()
    expect((await kit.publish(desk)).status).toBe(400)
  })

  it('changes nothing when it is OUTGOING', async () => {
    const id = await closed()
    expect((await kit.publish(desk, { messageDirection: 'OUTGOING' })).status).toBe(201)
    expect(kit.hub.thread(id).status).toBe('CLOSED')
  })
})

describe('an OUTGOING message', () => {
  const outgoing = {
    messageDirection: 'OUTGOING',
    ...sender(opaque('bot-1'), { name: 'Bot' }),
    recipients: [{ deliveryIdentifier: opaque('user-1') }],
  }

  it('is a record of the app, for the same visitor', async () => {
    const id = await kit.open(desk)
    const { body } = await kit.publish(desk, outgoing)
    const visitor = `V-${contactOf(id)}`
    expect(body).toMatchObject({
      conversationsThreadId: id,
      createdBy: `I-${app.id}`,
      status: { statusType: 'SENT' },
      senders: [{ actorId: `I-${app.id}`, name: 'Bot' }],
      recipients: [{ actorId: visitor }],
    })
    expect(await kit.channelHooks()).toEqual([])
  })

  it('comes back when told', async () => {
    kit.hub.configure({ echoPublished: true })
    await kit.publish(desk, outgoing)
    expect(await kit.channelHooks()).toMatchObject([{ message: { senders: [{ actorId: `I-${app.id}` }] } }])
  })
})

describe('the status of a message', () => {
  const patch = async (body: unknown) => {
    const id = await kit.open(desk)
    const messageId = kit.hub.agent(anna).reply(id, 'Hello')
    const answer = await kit.call('PATCH', `${channelsApi}/${desk.channelId}/messages/${messageId}`, body)
    return { answer, seen: kit.hub.thread(id).messages.at(-1) }
  }

  it('can say that delivery failed, and why', async () => {
    const { answer, seen } = await patch({ statusType: 'FAILED', errorMessage: 'The user is gone' })
    expect(answer.body['status']).toEqual({
      statusType: 'FAILED',
      failureDetails: { errorMessage: 'The user is gone' },
    })
    expect(seen).toMatchObject({ status: 'FAILED', failure: 'The user is gone' })
  })

  it.each(['SENT', 'READ'])('can be %s', async (statusType) => {
    const { answer, seen } = await patch({ statusType })
    expect(answer.status).toBe(200)
    expect(seen?.status).toBe(statusType)
  })

  it.each([{ statusType: 'RECEIVED' }, {}, { statusType: 'SENT', error: 'x' }])('cannot be %j', async (body) => {
    expect((await patch(body)).answer.status).toBe(400)
  })

  it('of an unknown message, or one of another channel, is 404', async () => {
    const id = await kit.open(desk)
    const messageId = kit.hub.thread(id).messages[0]?.id
    const other = await kit.channel()
    expect((await kit.call('GET', `${channelsApi}/${other}/messages/${messageId}`)).status).toBe(404)
    expect((await kit.call('GET', `${channelsApi}/${desk.channelId}/messages/none`)).status).toBe(404)
  })
})

it('the portal of the seed is what conversations belong to', async () => {
  const id = await kit.open(desk, sender(emailOf('eva.lind@example.com')))
  kit.hub.seed({ ...defaultSeed, portalId: 7 })
  expect(kit.hub.threads).toEqual([])
  expect((await kit.refresh()).body['hub_id']).toBe(7)
  expect((await kit.call('GET', `${conversationsApi}/threads/${id}`)).status).toBe(401)
})
