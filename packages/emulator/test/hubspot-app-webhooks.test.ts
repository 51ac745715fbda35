import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { defaultSeed, signatureV3 } from '../src/providers/hubspot'
import { anna, app, ben, HubSpotKit, key, last, results, sales, textAt, type Desk } from './hubspot-kit'

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

const settings = (changes = {}) => ({
  targetUrl: kit.webhookUrl,
  throttling: { maxConcurrentRequests: 10 },
  ...changes,
})
const assignedTo = { eventType: 'conversation.propertyChange', propertyName: 'assignedTo' } as const
const newMessage = { eventType: 'conversation.newMessage' } as const
const creation = { eventType: 'conversation.creation' } as const

describe('settings', () => {
  it('are made, read, changed and taken away', async () => {
    expect((await kit.hooks('GET', '/settings')).status).toBe(404)
    const { status, body } = await kit.hooks('PUT', '/settings', settings())
    expect(status).toBe(200)
    expect(body).toEqual({ ...settings(), createdAt: expect.any(String), updatedAt: expect.any(String) })
    expect((await kit.hooks('GET', '/settings')).body).toEqual(body)
    const target = `${kit.webhookUrl}/other`
    await kit.hooks('PUT', '/settings', settings({ targetUrl: target }))
    expect(kit.hub.webhookSettings?.targetUrl).toBe(target)
    expect((await kit.hooks('DELETE', '/settings')).status).toBe(204)
    expect((await kit.hooks('DELETE', '/settings')).status).toBe(404)
    expect(kit.hub.webhookSettings).toBeUndefined()
  })

  it.each([
    ['an http target', { targetUrl: 'http://x.example' }],
    ['no target', { targetUrl: undefined }],
    ['no throttling', { throttling: undefined }],
    ['five requests at once', { throttling: { maxConcurrentRequests: 5 } }],
    ['another period', { throttling: { maxConcurrentRequests: 10, period: 'DAILY' } }],
    ['an unknown field', { active: true }],
  ])('are refused for %s', async (_what, bad) => {
    expect((await kit.hooks('PUT', '/settings', settings(bad))).status).toBe(400)
  })

  it('may have the period older documentation wants', async () => {
    const throttling = { maxConcurrentRequests: 10, period: 'SECONDLY' }
    expect((await kit.hooks('PUT', '/settings', settings({ throttling }))).body['throttling']).toEqual(throttling)
  })

  it('are there under the dated path', async () => {
    await kit.hooks('PUT', '/settings', settings())
    expect((await kit.send('GET', `/webhooks/2026-03/${app.id}/settings?${key}`)).status).toBe(200)
  })

  it('need the developer key of this app, not a token', async () => {
    expect((await kit.send('GET', `/webhooks/v3/${app.id}/settings`)).status).toBe(401)
    expect((await kit.send('GET', `/webhooks/v3/1/settings?${key}`)).status).toBe(401)
    expect((await kit.call('GET', `/webhooks/v3/${app.id}/settings`)).status).toBe(401)
  })

  it('cannot be changed by the API when told, only read', async () => {
    kit.hub.configure({ webhooksByApi: 'refused' })
    expect((await kit.hooks('PUT', '/settings', settings())).status).toBe(403)
    expect((await kit.hooks('POST', '/subscriptions', assignedTo)).status).toBe(403)
    expect((await kit.hooks('GET', '/subscriptions')).status).toBe(200)
    kit.hub.subscribeByHand(kit.webhookUrl)
    expect((await kit.hooks('GET', '/settings')).status).toBe(200)
    expect((await kit.hooks('DELETE', '/settings')).status).toBe(403)
  })
})

describe('a subscription', () => {
  const make = (body: unknown) => kit.hooks('POST', '/subscriptions', body)

  it('is paused unless told', async () => {
    const { status, body } = await make(assignedTo)
    expect(status).toBe(201)
    expect(body).toEqual({
      id: expect.stringMatching(/^\d+$/),
      ...assignedTo,
      active: false,
      createdAt: expect.any(String),
      updatedAt: expect.any(String),
    })
    expect((await make({ ...creation, active: true })).body['active']).toBe(true)
    expect(results(await kit.hooks('GET', '/subscriptions'))).toHaveLength(2)
  })

  it('exists once', async () => {
    expect((await make(assignedTo)).status).toBe(201)
    expect((await make({ ...assignedTo, active: true })).status).toBe(409)
    expect((await make({ ...assignedTo, propertyName: 'status' })).status).toBe(201)
  })

  it.each([
    ['another event', { eventType: 'contact.creation' }],
    ['a change of nothing', { eventType: 'conversation.propertyChange' }],
    ['a change of something else', { ...assignedTo, propertyName: 'inboxId' }],
    ['a property of a creation', { ...creation, propertyName: 'status' }],
    ['an unknown field', { ...creation, paused: true }],
    ['no event', {}],
  ])('is refused for %s', async (_what, body) => {
    expect((await make(body)).status).toBe(400)
  })

  it('is switched, alone and together, and taken away', async () => {
    const id = textAt((await make(assignedTo)).body, 'id')
    const other = Number(textAt((await make(creation)).body, 'id'))
    expect((await kit.hooks('PATCH', `/subscriptions/${id}`, { active: true })).body['active']).toBe(true)
    const inputs = [
      { id: Number(id), active: false },
      { id: other, active: true },
    ]
    const batch = await kit.hooks('POST', '/subscriptions/batch/update', { inputs })
    expect(batch.body['status']).toBe('COMPLETE')
    expect(results(batch).map(({ active }) => active)).toEqual([false, true])
    expect((await kit.hooks('DELETE', `/subscriptions/${id}`)).status).toBe(204)
    expect((await kit.hooks('DELETE', `/subscriptions/${id}`)).status).toBe(404)
    expect((await kit.hooks('PATCH', `/subscriptions/${id}`, { active: true })).status).toBe(404)
    expect(kit.hub.subscriptions.map((one) => one.id)).toEqual([other])
  })

  it('by hand is active and not made twice', async () => {
    await make(assignedTo)
    kit.hub.subscribeByHand(kit.webhookUrl)
    kit.hub.subscribeByHand(kit.webhookUrl, [newMessage])
    expect(
      kit.hub.subscriptions.map(({ eventType, propertyName, active }) => [eventType, propertyName, active])
    ).toEqual([
      ['conversation.propertyChange', 'assignedTo', true],
      ['conversation.propertyChange', 'status', true],
      ['conversation.newMessage', undefined, true],
    ])
  })
})

describe('events', () => {
  it('are in the documented form', async () => {
    kit.hub.subscribeByHand(kit.webhookUrl)
    const id = await kit.open(desk)
    kit.hub.agent(anna).take(id)
    await kit.emulator.settled()
    expect(last(kit.received).body).toEqual([
      {
        objectId: Number(id),
        subscriptionType: 'conversation.propertyChange',
        propertyName: 'assignedTo',
        propertyValue: `A-${anna}`,
        changeSource: expect.any(String),
        eventId: expect.any(Number),
        subscriptionId: kit.hub.subscriptions[0]?.id,
        portalId: defaultSeed.portalId,
        appId: Number(app.id),
        occurredAt: expect.any(Number),
        attemptNumber: 0,
      },
    ])
  })

  it('are signed like those of channels', async () => {
    kit.hub.subscribeByHand(kit.webhookUrl)
    kit.hub.agent(anna).close(await kit.open(desk))
    await kit.emulator.settled()
    const { headers, raw } = last(kit.received)
    const timestamp = String(headers['x-hubspot-request-timestamp'])
    const request = { method: 'POST', uri: kit.webhookUrl, body: raw, timestamp }
    expect(headers['x-hubspot-signature-v3']).toBe(signatureV3(app.clientSecret, request))
    expect(headers['x-hubspot-signature-version']).toBe('v1')
  })

  it('name who answers, another one, and nobody', async () => {
    kit.hub.subscribeByHand(kit.webhookUrl, [assignedTo])
    const id = await kit.open(desk)
    const agent = kit.hub.agent(anna)
    const values = async (): Promise<unknown[]> => (await kit.events()).map(({ propertyValue }) => propertyValue)
    agent.take(id)
    expect(await values()).toEqual([`A-${anna}`])
    agent.take(id)
    agent.assign(id, ben)
    expect(await values()).toEqual([`A-${anna}`, `A-${ben}`])
    agent.unassign(id)
    expect(await values()).toEqual([`A-${anna}`, `A-${ben}`, ''])
  })

  it('name a user instead of an actor when told', async () => {
    kit.hub.configure({ assigneeFormat: 'user' })
    kit.hub.subscribeByHand(kit.webhookUrl)
    const id = await kit.open(desk)
    kit.hub.agent(anna).take(id)
    expect((await kit.events())[0]?.['propertyValue']).toBe(String(anna))
  })

  it('have ids as texts when told', async () => {
    kit.hub.configure({ idsAsText: true })
    kit.hub.subscribeByHand(kit.webhookUrl)
    const id = await kit.open(desk)
    kit.hub.agent(anna).take(id)
    expect(await kit.events()).toMatchObject([
      { objectId: id, portalId: String(defaultSeed.portalId), appId: app.id, eventId: expect.any(String) },
    ])
  })

  it('tell of threads and messages only when subscribed', async () => {
    kit.hub.subscribeByHand(kit.webhookUrl, [creation, newMessage])
    const id = await kit.open(desk)
    kit.hub.agent(anna).reply(id, 'Hello')
    kit.hub.agent(anna).comment(id, 'Careful')
    kit.hub.agent(anna).take(id)
    const events = await kit.events()
    expect(events.map(({ subscriptionType, messageType }) => [subscriptionType, messageType]).toSorted()).toEqual([
      ['conversation.creation', undefined],
      ['conversation.newMessage', 'COMMENT'],
      ['conversation.newMessage', 'MESSAGE'],
      ['conversation.newMessage', 'MESSAGE'],
    ])
    const ids = kit.hub.thread(id).messages.map((one) => one.id)
    expect(events.flatMap(({ messageId }) => messageId ?? []).toSorted()).toEqual(ids.toSorted())
    expect(JSON.stringify(events)).not.toContain('Careful')
  })

  it('do not come without a target, or while paused', async () => {
    await kit.hooks('POST', '/subscriptions', { ...assignedTo, active: true })
    const id = await kit.open(desk)
    kit.hub.agent(anna).take(id)
    await kit.hooks('PUT', '/settings', settings())
    await kit.hooks('PATCH', `/subscriptions/${kit.hub.subscriptions[0]?.id}`, { active: false })
    kit.hub.agent(anna).unassign(id)
    expect(await kit.events()).toEqual([])
    await kit.hooks('PATCH', `/subscriptions/${kit.hub.subscriptions[0]?.id}`, { active: true })
    kit.hub.agent(anna).take(id)
    expect(await kit.events()).toHaveLength(1)
  })

  it('come for every thread of the portal', async () => {
    kit.hub.subscribeByHand(kit.webhookUrl, [assignedTo, creation])
    const id = kit.hub.openElsewhere({ channel: 'chat', inboxId: sales })
    kit.hub.agent(ben).take(id)
    expect((await kit.events()).map(({ objectId }) => objectId)).toEqual([Number(id), Number(id)])
  })

  it('count their attempts', async () => {
    kit.hub.subscribeByHand(kit.webhookUrl)
    let left = 2
    kit.script.answers['webhook_received'] = () => ({ status: left-- > 0 ? 500 : 200, body: '' })
    kit.hub.agent(anna).take(await kit.open(desk))
    await kit.emulator.settled()
    await kit.emulator.clock.advance(24 * 60 * 60 * 1000)
    const events = await kit.events()
    expect(events.map(({ attemptNumber }) => attemptNumber)).toEqual([0, 1, 2])
    expect(new Set(events.map(({ eventId, occurredAt }) => `${eventId} ${occurredAt}`)).size).toBe(1)
  })
})

describe('batches', () => {
  const sizes = async () => {
    await kit.emulator.settled()
    return kit.received.flatMap(({ body }) => (Array.isArray(body) ? [body.length] : []))
  }

  it('fill up to the setting', async () => {
    kit.hub.configure({ batchEvents: 3, batchWaitMs: 60_000 })
    kit.hub.subscribeByHand(kit.webhookUrl)
    const id = await kit.open(desk)
    const agent = kit.hub.agent(anna)
    agent.take(id)
    agent.assign(id, ben)
    expect(await sizes()).toEqual([])
    agent.close(id)
    agent.reopen(id)
    expect(await sizes()).toEqual([3])
    await kit.emulator.clock.advance(60_000)
    expect(await sizes()).toEqual([3, 1])
  })

  it('go out before they are full when told', async () => {
    kit.hub.configure({ batchEvents: 100, batchWaitMs: 60_000 })
    kit.hub.subscribeByHand(kit.webhookUrl)
    kit.hub.agent(anna).take(await kit.open(desk))
    kit.hub.webhook.flush()
    expect(await sizes()).toEqual([1])
  })

  it('can be full of strangers', async () => {
    kit.hub.subscribeByHand(kit.webhookUrl)
    expect(await kit.hub.webhook.foreignEvents(100)).toEqual({ status: 200, attempts: 1 })
    expect(await sizes()).toEqual([100])
    expect(new Set((await kit.events()).map(({ objectId }) => objectId)).size).toBe(100)
    expect(kit.hub.threads).toEqual([])
    await expect(kit.hub.webhook.foreignEvents(101)).rejects.toThrow('at most 100')
  })

  it('can be written by hand', async () => {
    kit.hub.subscribeByHand(kit.webhookUrl)
    const id = await kit.open(desk)
    await kit.hub.webhook.deliverBatch([
      {},
      { objectId: Number(id), propertyName: 'status', propertyValue: 'CLOSED', occurredAt: 1 },
    ])
    const [stranger, ours] = await kit.events()
    expect(stranger).toMatchObject({ subscriptionType: 'conversation.propertyChange', propertyName: 'assignedTo' })
    expect(ours).toMatchObject({ objectId: Number(id), propertyValue: 'CLOSED', occurredAt: 1, attemptNumber: 0 })
  })

  it('need a target', async () => {
    await expect(kit.hub.webhook.foreignEvents(1)).rejects.toThrow('no target URL')
    await expect(kit.hub.webhook.raw('app', [])).rejects.toThrow('no webhook URL')
  })
})

it('an app webhook by hand goes to the target', async () => {
  kit.hub.subscribeByHand(`${kit.webhookUrl}/app`)
  expect(await kit.hub.webhook.raw('app', [{ any: 1 }])).toEqual({ status: 200, attempts: 1 })
  expect(last(kit.received).body).toEqual([{ any: 1 }])
})
