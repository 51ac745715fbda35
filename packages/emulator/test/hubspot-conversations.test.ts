import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  anna,
  app,
  ben,
  conversationsApi,
  emailOf,
  helpDesk,
  HubSpotKit,
  results,
  sales,
  textAt,
  type Desk,
} from './hubspot-kit'
import { nested } from './world'

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
afterEach(() => kit.emulator.clock.reset())

const dated = '/conversations/conversations/2026-09'
const threads = `${conversationsApi}/threads`

describe('inboxes', () => {
  it.each([conversationsApi, dated])('are listed at %s', async (base) => {
    const answer = await kit.call('GET', `${base}/inboxes`)
    expect(answer.body['total']).toBe(3)
    expect(results(answer).map(({ id, type }) => [id, type])).toEqual([
      [helpDesk, 'HELP_DESK'],
      [sales, 'INBOX'],
      ['1431487403', 'INBOX'],
    ])
  })

  it('come in pages', async () => {
    const first = await kit.call('GET', `${conversationsApi}/inboxes?limit=2`)
    const after = textAt(first.body, 'paging', 'next', 'after')
    expect(results(await kit.call('GET', `${conversationsApi}/inboxes?limit=2&after=${after}`))).toHaveLength(1)
    expect(results(await kit.call('GET', `${conversationsApi}/inboxes?archived=true`))).toEqual([])
    expect((await kit.call('GET', `${conversationsApi}/inboxes?after=x`)).status).toBe(400)
  })

  it('are read one by one', async () => {
    expect((await kit.call('GET', `${conversationsApi}/inboxes/${sales}`)).body).toEqual({
      id: sales,
      name: 'Sales',
      type: 'INBOX',
      createdAt: expect.any(String),
      updatedAt: expect.any(String),
      archived: false,
    })
    expect((await kit.call('GET', `${conversationsApi}/inboxes/1`)).status).toBe(404)
  })
})

describe('a thread', () => {
  it('is read with its ticket when asked', async () => {
    const id = await kit.open(desk)
    kit.hub.agent(anna).take(id)
    kit.hub.agent(anna).reply(id, 'Hello')
    const { body } = await kit.call('GET', `${threads}/${id}?association=TICKET`)
    expect(body).toEqual({
      id,
      status: 'OPEN',
      inboxId: helpDesk,
      associatedContactId: kit.hub.thread(id).associatedContactId,
      assignedTo: `A-${anna}`,
      originalChannelId: desk.channelId,
      originalChannelAccountId: desk.accountId,
      createdAt: expect.any(String),
      latestMessageTimestamp: expect.any(String),
      latestMessageSentTimestamp: expect.any(String),
      latestMessageReceivedTimestamp: '2026-01-01T10:00:00.000Z',
      spam: false,
      archived: false,
      threadAssociations: { associatedTicketId: kit.hub.thread(id).ticketId },
    })
    const plain = await kit.call('GET', `${threads}/${id}`)
    expect(plain.body['threadAssociations']).toBeUndefined()
    expect((await kit.call('GET', `${threads}/1`)).status).toBe(404)
  })

  it('is closed and opened by the API', async () => {
    const id = await kit.open(desk)
    kit.hub.subscribeByHand(kit.webhookUrl)
    const closed = await kit.call('PATCH', `${threads}/${id}`, { status: 'CLOSED' })
    expect(closed.body).toMatchObject({ status: 'CLOSED', closedAt: expect.any(String) })
    expect((await kit.call('PATCH', `${threads}/${id}`, { status: 'CLOSED' })).status).toBe(200)
    const opened = await kit.call('PATCH', `${dated}/threads/${id}`, { status: 'OPEN' })
    expect(opened.body['closedAt']).toBeUndefined()
    expect((await kit.events()).map(({ propertyValue }) => propertyValue).toSorted()).toEqual(['CLOSED', 'OPEN'])
  })

  it.each([{ status: 'DONE' }, {}, { status: 'OPEN', assignedTo: 'A-1' }])('is not changed by %j', async (body) => {
    const id = await kit.open(desk)
    expect((await kit.call('PATCH', `${threads}/${id}`, body)).status).toBe(400)
  })

  it.each([conversationsApi, dated, '/conversations/conversations/v3'])('is assigned at %s', async (base) => {
    const id = await kit.open(desk)
    const path = `${base}/threads/${id}/assignee`
    expect((await kit.call('PUT', path, { actorId: `A-${ben}` })).body['assignedTo']).toBe(`A-${ben}`)
    expect((await kit.call('DELETE', path)).status).toBe(204)
    expect(kit.hub.thread(id).assignedTo).toBeUndefined()
    expect((await kit.call('PUT', path, { actorId: 'ben@acme.example' })).status).toBe(400)
    expect((await kit.call('PUT', path, { actorId: 'A-1' })).status).toBe(400)
  })

  it('is found by inbox, contact, ticket and status', async () => {
    const first = await kit.open(desk, { senders: [{ deliveryIdentifier: emailOf('tom.field@example.com') }] })
    const second = await kit.open(desk, { integrationThreadId: 'thread-2' })
    const third = kit.hub.openElsewhere({ inboxId: sales })
    kit.hub.agent(anna).close(second)
    const find = async (query: string) => results(await kit.call('GET', `${threads}?${query}`)).map(({ id }) => id)
    expect(await find('')).toEqual([first, second, third])
    expect(await find(`inboxId=${sales}`)).toEqual([third])
    expect(await find('associatedContactId=51')).toEqual([first])
    expect(await find(`associatedTicketId=${kit.hub.thread(second).ticketId}`)).toEqual([second])
    expect(await find('threadStatus=CLOSED')).toEqual([second])
    expect(await find('sort=latestMessageTimestamp&latestMessageTimestampAfter=2026-02-01T00:00:00Z')).toEqual([third])
    expect(await find('limit=1&after=1')).toEqual([second])
    expect((await kit.call('GET', `${threads}?limit=501`)).status).toBe(400)
  })
})

describe('an archived thread', () => {
  it.each(['by API', 'by hand'])('is gone %s, and a message opens another one', async (how) => {
    kit.hub.subscribeByHand(kit.webhookUrl, [{ eventType: 'conversation.deletion' }])
    const id = await kit.open(desk)
    if (how === 'by API') expect((await kit.call('DELETE', `${threads}/${id}`)).status).toBe(204)
    else kit.hub.agent(anna).archive(id)
    expect((await kit.call('GET', `${threads}/${id}`)).status).toBe(404)
    expect((await kit.call('PATCH', `${threads}/${id}`, { status: 'CLOSED' })).status).toBe(404)
    expect((await kit.call('DELETE', `${threads}/${id}`)).status).toBe(404)
    expect(results(await kit.call('GET', threads))).toEqual([])
    expect(await kit.events()).toMatchObject([{ objectId: Number(id), subscriptionType: 'conversation.deletion' }])
    expect(await kit.open(desk)).not.toBe(id)
    expect(kit.hub.thread(id).archived).toBe(true)
  })
})

describe('a long message', () => {
  it('is cut off when told, and whole in its original content', async () => {
    kit.hub.configure({ truncateTextAt: 5 })
    const id = await kit.open(desk)
    const messageId = kit.hub.agent(anna).reply(id, 'Hello there')
    const path = `${threads}/${id}/messages/${messageId}`
    const cut = { text: 'Hello', truncationStatus: 'TRUNCATED' }
    expect((await kit.call('GET', path)).body).toMatchObject(cut)
    expect(await kit.channelHooks()).toMatchObject([{ message: cut }])
    expect((await kit.call('GET', `${path}/original-content`)).body).toEqual({
      text: 'Hello there',
      richText: '<div>Hello there</div>',
    })
    const commentId = kit.hub.agent(anna).comment(id, 'x')
    expect((await kit.call('GET', `${threads}/${id}/messages/${commentId}/original-content`)).status).toBe(404)
  })
})

describe('the items of a thread', () => {
  it('are messages, comments, assignments and states', async () => {
    const id = await kit.open(desk)
    const agent = kit.hub.agent(anna)
    agent.take(id)
    agent.assign(id, ben)
    agent.unassign(id)
    agent.comment(id, 'Careful')
    agent.close(id)
    const items = results(await kit.call('GET', `${threads}/${id}/messages`))
    expect(items.map(({ type }) => type)).toEqual([
      'MESSAGE',
      'ASSIGNMENT',
      'ASSIGNMENT',
      'ASSIGNMENT',
      'COMMENT',
      'THREAD_STATUS_CHANGE',
    ])
    expect(items[1]).toMatchObject({ assignedTo: `A-${anna}`, createdBy: `A-${anna}` })
    expect(items[2]).toMatchObject({ assignedFrom: `A-${anna}`, assignedTo: `A-${ben}` })
    expect(items[3]?.['assignedTo']).toBeUndefined()
    expect(items[4]).toMatchObject({ text: 'Careful', client: { clientType: 'HUBSPOT' } })
    expect(items[5]).toMatchObject({ newStatus: 'CLOSED' })
    const backwards = results(await kit.call('GET', `${threads}/${id}/messages?sort=-createdAt&limit=1`))
    expect(backwards).toEqual([items[5]])
    expect((await kit.call('GET', `${threads}/${id}/messages/${String(items[4]?.['id'])}`)).body).toEqual(items[4])
    expect((await kit.call('GET', `${threads}/${id}/messages/none`)).status).toBe(404)
  })

  it('get a comment by the API, which stays inside', async () => {
    const id = await kit.open(desk)
    const fileId = textAt((await kit.upload()).body, 'id')
    const comment = {
      type: 'COMMENT',
      text: 'From the bot',
      richText: '<b>From</b>',
      attachments: [{ type: 'FILE', fileId }],
    }
    const { status, body } = await kit.call('POST', `${threads}/${id}/messages`, comment)
    expect(status).toBe(201)
    expect(body).toMatchObject({
      type: 'COMMENT',
      text: 'From the bot',
      richText: '<b>From</b>',
      createdBy: `I-${app.id}`,
    })
    expect(kit.hub.thread(id).messages.at(-1)).toMatchObject({ isComment: true, text: 'From the bot' })
    expect(await kit.channelHooks()).toEqual([])
  })

  it.each([
    { type: 'COMMENT' },
    { text: 'x' },
    { type: 'NOTE', text: 'x' },
    { type: 'COMMENT', text: 'x', sender: 'y' },
    { type: 'COMMENT', text: 'x', attachments: [{ type: 'FILE', fileId: '1' }] },
  ])('do not get %j', async (body) => {
    const id = await kit.open(desk)
    expect((await kit.call('POST', `${threads}/${id}/messages`, body)).status).toBe(400)
  })

  it('are never sent as a visitor', async () => {
    const id = await kit.open(desk)
    const body = { type: 'MESSAGE', text: 'x', senderActorId: 'V-51' }
    const answer = await kit.call('POST', `${threads}/${id}/messages`, body)
    expect(answer.status).toBe(400)
    expect(answer.body['subCategory']).toBe('ConversationsApiError.UNSUPPORTED_ACTOR_TYPE')
  })

  it('are not sent as an agent here, loudly', async () => {
    const id = await kit.open(desk)
    const body = { type: 'MESSAGE', text: 'x', senderActorId: `A-${anna}` }
    expect((await kit.call('POST', `${threads}/${id}/messages`, body)).status).toBe(501)
    expect(kit.emulator.unlisted).toHaveLength(1)
  })
})

describe('actors', () => {
  it('are agents with name, e-mail and picture', async () => {
    expect((await kit.call('GET', `${conversationsApi}/actors/A-${anna}`)).body).toEqual({
      id: `A-${anna}`,
      type: 'AGENT',
      name: 'Anna Nowak',
      email: 'anna@acme.example',
      avatar: 'https://api.hubapi.com/avatars/emulated/anna.png',
    })
  })

  it('are contacts and visitors', async () => {
    const id = await kit.open(desk)
    const actor = (rest: string) => kit.call('GET', `${conversationsApi}/actors/${rest}`)
    expect((await actor('V-51')).body).toMatchObject({ name: 'Tom Field', email: 'tom.field@example.com' })
    expect((await actor(`V-${kit.hub.thread(id).associatedContactId}`)).body['name']).toBe('Tom Field')
    expect((await actor('V-1')).status).toBe(404)
  })

  it.each(['A-1', 'X-1', 'I-1', 'S-nobody'])('are not %s', async (id) => {
    expect((await kit.call('GET', `${conversationsApi}/actors/${id}`)).status).toBe(404)
  })

  it('are read together', async () => {
    const read = (inputs: unknown) => kit.call('POST', `${conversationsApi}/actors/batch/read`, { inputs })
    const all = await read([`A-${anna}`, `A-${ben}`, `I-${app.id}`, 'L-1', 'S-hubspot', 'E-a@b.example'])
    expect(all.status).toBe(200)
    expect(results(all).map(({ type }) => type)).toEqual(['AGENT', 'AGENT', 'INTEGRATOR', 'LLM', 'SYSTEM', 'EMAIL'])
    const some = await read([`A-${anna}`, 'A-1'])
    expect(some.status).toBe(207)
    expect(results(some)).toHaveLength(1)
    expect(JSON.stringify(some.body['errors'])).toContain('A-1')
    expect((await read('A-1')).status).toBe(400)
  })
})

describe('assignment by itself', () => {
  it('happens inside the publish call, before its answer', async () => {
    kit.hub.subscribeByHand(kit.webhookUrl)
    kit.hub.configure({ autoAssign: { userId: ben, delayMs: 0 } })
    await kit.publish(desk)
    expect(kit.received.flatMap(({ body }) => body)).toMatchObject([
      {},
      { propertyName: 'assignedTo', propertyValue: `A-${ben}` },
    ])
  })

  it('happens later, unless somebody was faster', async () => {
    kit.hub.configure({ autoAssign: { userId: ben, delayMs: 5000 } })
    const first = await kit.open(desk)
    const second = await kit.open(desk, { integrationThreadId: 'thread-2' })
    kit.hub.agent(anna).take(second)
    expect(kit.hub.thread(first).assignedTo).toBeUndefined()
    await kit.emulator.clock.advance(5000)
    expect(kit.hub.thread(first).assignedTo).toBe(`A-${ben}`)
    expect(kit.hub.thread(second).assignedTo).toBe(`A-${anna}`)
  })

  it('needs a user that exists', () => {
    expect(() => kit.hub.configure({ autoAssign: { userId: 1, delayMs: 0 } })).toThrow('no user 1')
    expect(() => kit.hub.agent(1)).toThrow('no user 1')
    expect(() => kit.hub.thread('1')).toThrow('no thread 1')
  })
})

it('a thread elsewhere belongs to no custom channel', async () => {
  const id = kit.hub.openElsewhere({ channel: 'email', email: 'eva.lind@example.com', name: 'Eva', text: 'Hi' })
  kit.hub.writeElsewhere(id, 'Hello?')
  kit.hub.agent(anna).reply(id, 'Yes?')
  const { body } = await kit.call('GET', `${threads}/${id}`)
  expect(body).toMatchObject({ originalChannelId: '1002', associatedContactId: '52' })
  expect(kit.hub.thread(id).messages.map(({ text }) => text)).toEqual(['Hi', 'Hello?', 'Yes?'])
  expect(await kit.channelHooks()).toEqual([])
  const own = await kit.open(desk)
  expect(() => kit.hub.writeElsewhere(own, 'x')).toThrow('custom channel')
  expect(() => kit.hub.openElsewhere({ inboxId: '1' })).toThrow('no inbox 1')
  expect(nested(body)['threadAssociations']).toBeUndefined()
})
