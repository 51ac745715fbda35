import { createPublicKey, verify, type KeyObject } from 'node:crypto'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { defaultSeed, retryPolicy, webhookEvents } from '../src/providers/zoho-salesiq'
import {
  anna,
  ben,
  chloe,
  digits,
  epochMs,
  outlet,
  portalApi,
  returns,
  shop,
  support,
  visitorApi,
  ZohoKit,
} from './zoho-salesiq-kit'
import { nested } from './world'

let kit: ZohoKit
beforeAll(async () => {
  kit = await ZohoKit.start()
})
afterAll(() => kit.close())
beforeEach(() => kit.reset())
afterEach(() => kit.emulator.clock.reset())

const visitor = {
  id: expect.stringMatching(digits),
  name: 'Tom Field',
  first_name: 'Tom',
  last_name: 'Field',
  salutation: '',
  email_id: 'tom.field@example.com',
  phone: '+1 555 0100',
  channel: 'website',
  type: 'lead',
}
const owner = (id: string, name: string, email: string) => ({ id, name, email_id: email, email, type: 'operator' })
const annaOwner = owner(anna, 'Anna Nowak', 'anna@acme.example')
const benOwner = owner(ben, 'Ben Carter', 'ben@acme.example')

/** The object most events share, as it is while nobody has picked up. */
const shared = (id: string, changes: Record<string, unknown> = {}) => ({
  id,
  visitor_conversation_id: kit.siq.conversation(id).hexId,
  reference_id: '1',
  question: 'Where is my order?',
  department_id: support,
  app_id: shop,
  status: 'Waiting',
  opened_time: expect.stringMatching(epochMs),
  participants: [],
  chat_status: { state: 1, state_key: 'waiting', status_code: 0, label: 'Waiting', id: expect.any(String) },
  visitor,
  ...changes,
})
const connectedTo = (owner: unknown, participants: string[]) => ({
  status: 'Connected',
  attended_time: expect.stringMatching(epochMs),
  participants,
  chat_status: { state: 2, state_key: 'connected', status_code: 0, label: 'Connected', id: expect.any(String) },
  owner,
})

describe('events', () => {
  beforeEach(() => {
    kit.listen(...webhookEvents)
  })

  it('come in the envelope seen live', async () => {
    const { id } = await kit.open()
    expect(await kit.events()).toEqual(['conversation.created'])
    expect(kit.received[0]?.headers['content-type']).toBe('application/json')
    expect(kit.received[0]?.body).toEqual({
      event: 'conversation.created',
      entity_type: 'conversation',
      entity_id: id,
      event_time: expect.stringMatching(epochMs),
      attempt: 1,
      version: 1,
      app_id: shop,
      org_id: defaultSeed.orgId,
      webhook: { id: kit.siq.webhook.registered[0]?.id },
      handler: 'execution',
      entity: shared(id),
    })
  })

  it('attender.updated names the operator as owner', async () => {
    const id = await kit.connected()
    expect(await kit.entity('conversation.attender.updated')).toEqual(shared(id, connectedTo(annaOwner, [anna])))
  })

  it('operator.replied has the message and no owner', async () => {
    const id = await kit.connected()
    const msgid = kit.siq.agent(anna).write(id, 'Hello Tom')
    expect(msgid).toMatch(epochMs)
    expect(await kit.entity('conversation.operator.replied')).toEqual({
      id,
      visitor_conversation_id: kit.siq.conversation(id).hexId,
      message: { msgid, text: 'Hello Tom', meta: {}, sender: { id: anna, name: 'Anna Nowak', type: 'operator' } },
      visitor,
    })
  })

  it('visitor.replied has what our own API wrote, but not the question', async () => {
    const { id } = await kit.open()
    await kit.call('POST', `${visitorApi}/${id}/messages`, { text: 'It is late' })
    expect(await kit.events()).toEqual(['conversation.created', 'conversation.visitor.replied'])
    expect(nested(await kit.entity('conversation.visitor.replied'), 'message')).toMatchObject({
      text: 'It is late',
      sender: { id: expect.stringMatching(/^\$/), name: 'Tom Field', type: 'visitor' },
    })
  })

  it('completed has the end, and who caused it', async () => {
    const endOf = async (close: (id: string) => unknown) => {
      const id = await kit.connected()
      await close(id)
      return (await kit.entity('conversation.completed'))['ended_by']
    }
    const id = await kit.connected()
    kit.siq.agent(anna).close(id)
    expect(await kit.entity('conversation.completed')).toEqual({
      ...shared(id, connectedTo(annaOwner, [anna])),
      status: 'Attended Online',
      end_time: expect.stringMatching(epochMs),
      ended_by: 'agent',
      chat_status: { state: 4, state_key: 'end', status_code: 2, label: 'Attended Online', id: expect.any(String) },
    })
    expect(await endOf((one) => kit.siq.closeByVisitor(one))).toBe('visitor')
    expect(await endOf((one) => kit.siq.expire(one))).toBe('scheduler')
    expect(await endOf((one) => kit.call('PUT', `${portalApi}/conversations/${one}/close`))).toBe('agent')
    expect(await endOf((one) => kit.call('PUT', `/visitor/v2/acmeportal/conversations/${one}/close`))).toBe('visitor')
  })

  it('missed has the time and no owner', async () => {
    const { id } = await kit.open()
    kit.siq.miss(id)
    expect(await kit.entity('conversation.missed')).toEqual({
      ...shared(id),
      status: 'Missed',
      missed_time: expect.stringMatching(epochMs),
      chat_status: expect.objectContaining({ state: 3, state_key: 'missed' }),
    })
  })

  it('a late answer reopens and names the operator', async () => {
    const { id } = await kit.open()
    kit.siq.miss(id)
    kit.siq.reopenByLateAnswer(id, ben)
    kit.siq.agent(ben).write(id, 'Sorry for the wait')
    expect((await kit.events()).slice(-3)).toEqual([
      'conversation.reopened',
      'conversation.attender.updated',
      'conversation.operator.replied',
    ])
  })

  it('a note raises nothing', async () => {
    const id = await kit.connected()
    const before = await kit.events()
    kit.siq.agent(anna).note(id, 'between us')
    expect(await kit.events()).toEqual(before)
  })

  it('leave out what the visitor did not tell', async () => {
    await kit.open({ visitor: { user_id: 'nameless' } })
    const found = nested(await kit.entity('conversation.created'), 'visitor')
    expect(found).not.toHaveProperty('email_id')
    expect(found).not.toHaveProperty('phone')
    expect(found['name']).toBe('Visitor 1')
  })

  it('can have numbers as older documentation does, with all digits', async () => {
    kit.siq.configure({ numbersAsNumbers: true })
    await kit.open()
    await kit.emulator.settled()
    expect(kit.received[0]?.raw).toContain(`"app_id":${shop},"org_id"`)
    expect(kit.received[0]?.body['version']).toBe('1')
  })
})

describe('a transfer', () => {
  const transferred = async () => {
    const id = await kit.connected()
    await kit.events()
    kit.script.invocations.length = 0
    kit.siq.agent(anna).transfer(id, ben)
    return id
  }
  beforeEach(() => {
    kit.listen(...webhookEvents)
  })

  it.each([
    ['both', ['conversation.transfer.accepted', 'conversation.attender.updated']],
    ['transfer', ['conversation.transfer.accepted']],
    ['attender', ['conversation.attender.updated']],
  ] as const)('that is accepted reports %s', async (transferEvent, events) => {
    kit.siq.configure({ transferEvent })
    const id = await transferred()
    expect(await kit.events()).toEqual(['conversation.transfer.initiated', ...events])
    expect(await kit.entity('conversation.transfer.initiated')).toMatchObject({ owner: annaOwner })
    expect(await kit.entity(events[0])).toEqual(shared(id, connectedTo(benOwner, [anna, ben])))
    expect(kit.siq.conversation(id)).toMatchObject({ operatorId: ben, operators: [anna, ben] })
  })

  it('can leave out the new owner', async () => {
    kit.siq.configure({ transferOwner: false })
    await transferred()
    expect(await kit.entity('conversation.transfer.accepted')).not.toHaveProperty('owner')
  })

  it('that is rejected changes nothing', async () => {
    const id = await kit.connected()
    kit.siq.agent(anna).transfer(id, chloe, { answer: 'wait' })
    expect(kit.siq.conversation(id).operatorId).toBe(anna)
    kit.siq.agent(chloe).rejectTransfer(id)
    expect(await kit.entity('conversation.transfer.rejected')).toMatchObject({ owner: annaOwner })
    expect(kit.siq.conversation(id).operatorId).toBe(anna)
  })
})

describe('a file of an operator', () => {
  const send = async (comment?: string) => {
    const id = await kit.connected()
    const bytes = new Uint8Array([1, 2, 3])
    kit.siq.agent(anna).sendFile(id, { name: 'bill.pdf', contentType: 'application/pdf', bytes }, comment)
    const message = nested(await kit.entity('conversation.operator.replied'), 'message')
    return { message, snapshot: kit.siq.conversation(id).messages.at(-1) }
  }
  beforeEach(() => {
    kit.listen('conversation.operator.replied')
  })

  it('is described in the payload', async () => {
    const { message, snapshot } = await send('your bill')
    expect(message).toEqual({
      msgid: snapshot?.id,
      text: 'your bill',
      attachment: { name: 'bill.pdf', content_type: 'application/pdf', size: 3, url: snapshot?.file?.url },
      meta: {},
      sender: { id: anna, name: 'Anna Nowak', type: 'operator' },
    })
  })

  it('is only in the transcript, under the same time', async () => {
    kit.siq.configure({ agentFiles: 'transcript' })
    const { message, snapshot } = await send('your bill')
    expect(message).toMatchObject({ text: '', meta: {}, msgid: snapshot?.id })
    expect(message).not.toHaveProperty('attachment')
    const [{ id = '' } = {}] = kit.siq.conversations
    const answer = await kit.call('GET', `${portalApi}/conversations/${id}/messages?from_time=${snapshot?.id}`)
    expect(answer.body).toMatchObject({
      data: [{ time: snapshot?.id, meta: { fName: 'bill.pdf', url: snapshot?.file?.url } }],
    })
  })

  it('is nowhere', async () => {
    kit.siq.configure({ agentFiles: 'nowhere' })
    expect((await send()).message).toMatchObject({ text: '', meta: {} })
  })
})

describe('who gets an event', () => {
  it('subscribed to it and to the brand, whoever opened the conversation', async () => {
    kit.siq.registerWebhookByHand(`${kit.webhookUrl}/outlet`, ['conversation.created'], { appIds: [outlet] })
    kit.siq.registerWebhookByHand(`${kit.webhookUrl}/all`, ['conversation.created'])
    kit.siq.registerWebhookByHand(`${kit.webhookUrl}/other`, ['conversation.completed'])
    const paths = async () => {
      await kit.emulator.settled()
      return kit.script.of('webhook_received').map(({ body }) => nested(body, 'req')['path'])
    }
    await kit.open()
    expect(await paths()).toEqual(['/all'])
    kit.siq.openOnWebsite({ appId: outlet, departmentId: returns })
    expect((await paths()).toSorted()).toEqual(['/all', '/all', '/outlet'])
  })
})

describe('the delivery', () => {
  const failing = (times: number, status = 500) => {
    let left = times
    kit.script.answers['webhook_received'] = () => ({ status: left-- > 0 ? status : 200, body: '' })
  }
  const attempts = () => kit.received.map(({ body }) => body['attempt'])

  it('is repeated a minute apart with a rising attempt, and stops when accepted', async () => {
    kit.listen('conversation.created')
    failing(2, 302)
    await kit.open()
    await kit.emulator.settled()
    await kit.emulator.clock.advance(59_000)
    expect(attempts()).toEqual([1])
    await kit.emulator.clock.advance(300_000)
    expect(attempts()).toEqual([1, 2, 3])
    const [first, , third] = kit.received
    expect(third?.body).toEqual({ ...first?.body, attempt: 3 })
    expect(kit.siq.webhook.registered[0]?.failuresCount).toBe(0)
  })

  it('ends after three retries and is counted', async () => {
    kit.listen('conversation.created')
    failing(99)
    await kit.open()
    await kit.emulator.settled()
    await kit.emulator.clock.advance(600_000)
    expect(attempts()).toEqual([1, 2, 3, 4])
    expect(kit.siq.webhook.registered[0]?.failuresCount).toBe(1)
  })

  it('waits five seconds and accepts what is below 300', () => {
    expect(retryPolicy).toMatchObject({ timeoutMs: 5_000, delaysMs: [60_000, 60_000, 60_000] })
    expect([200, 204, 299, 300, 410, 500, 0].filter((status) => retryPolicy.accepted(status))).toEqual([200, 204, 299])
  })

  it('warns of a 410 and goes on', async () => {
    kit.listen('conversation.created')
    failing(1, 410)
    await kit.open()
    await kit.emulator.settled()
    expect(kit.emulator.journal.entries.filter(({ label }) => label.includes('WARNING'))).toHaveLength(1)
    await kit.open()
    await kit.emulator.settled()
    expect(attempts()).toEqual([1, 1])
  })

  it('forgets retries and webhooks on reset', async () => {
    kit.listen('conversation.created')
    failing(99)
    await kit.open()
    await kit.reset()
    await kit.emulator.clock.advance(600_000)
    await kit.open()
    await kit.emulator.settled()
    expect(attempts()).toEqual([])
  })
})

describe('the signature', () => {
  const header = 'x-siqsignature'
  const verifies = (key: KeyObject, { raw, headers }: ZohoKit['received'][number]): boolean =>
    verify('RSA-SHA256', Buffer.from(raw), key, Buffer.from(String(headers[header]), 'base64'))
  const publicKey = (bare: string) => createPublicKey({ key: Buffer.from(bare, 'base64'), type: 'spki', format: 'der' })
  const secured = () => {
    const { publicKey: bare = '' } = kit.siq.registerWebhookByHand(kit.webhookUrl, ['conversation.created'], {
      secured: true,
    })
    return publicKey(bare)
  }

  it('is of the raw body of every attempt', async () => {
    const key = secured()
    kit.script.answers['webhook_received'] = () => ({ status: 500, body: '' })
    await kit.open({ question: 'Où est ma commande ? 🚚' })
    await kit.emulator.settled()
    await kit.emulator.clock.advance(60_000)
    expect(kit.received).toHaveLength(2)
    expect(kit.received.map((one) => verifies(key, one))).toEqual([true, true])
    const [first, second] = kit.received
    expect(first?.headers[header]).not.toBe(second?.headers[header])
    if (first) expect(verifies(key, { ...first, raw: first.raw.replace('commande', 'Commande') })).toBe(false)
  })

  it('is missing unless secured, or without a key', async () => {
    kit.listen('conversation.created')
    const { body } = await kit.call('POST', `${portalApi}/webhooks`, {
      type: 'data',
      url: kit.webhookUrl,
      events: ['conversation.created'],
      secured: true,
    })
    expect(nested(body, 'data')['public_keys']).toEqual([])
    await kit.open()
    await kit.emulator.settled()
    expect(kit.received.map(({ headers }) => headers[header])).toEqual([undefined, undefined])
  })

  it('is by the oldest key until that is deleted', async () => {
    kit.siq.registerWebhookByHand(kit.webhookUrl, ['conversation.created'], { secured: true })
    const { id = '', publicKeys: [oldest = ''] = [] } = kit.siq.webhook.registered[0] ?? {}
    const keys = `${portalApi}/webhooks/${id}/keys`
    await kit.call('POST', keys)
    const [, newest = ''] = kit.siq.webhook.registered[0]?.publicKeys ?? []
    await kit.open()
    const { body } = await kit.call('GET', `${portalApi}/webhooks/${id}`)
    const [{ id: oldestId } = { id: '' }] = Object(nested(body, 'data')['public_keys'])
    await kit.call('DELETE', `${keys}/${oldestId}`)
    await kit.open()
    await kit.emulator.settled()
    const [first, second] = kit.received
    expect(first && verifies(publicKey(oldest), first)).toBe(true)
    expect(second && verifies(publicKey(newest), second)).toBe(true)
  })

  it('can be left out or forged by hand', async () => {
    const key = secured()
    const { id } = await kit.open()
    await kit.emulator.settled()
    kit.script.invocations.length = 0
    const raw = (sign?: false | 'wrong-key' | 'tampered') =>
      kit.siq.webhook.raw('conversation.created', { id }, sign === undefined ? {} : { sign })
    expect(await raw()).toEqual([{ status: 200, attempts: 1 }])
    await raw('wrong-key')
    await raw('tampered')
    await raw(false)
    expect(kit.received.slice(0, 3).map((one) => verifies(key, one))).toEqual([true, false, false])
    expect(kit.received[3]?.headers[header]).toBeUndefined()
  })
})

describe('a webhook by hand', () => {
  it('carries any event, entity, envelope and header', async () => {
    kit.listen('conversation.created')
    await kit.siq.webhook.raw(
      'conversation.rated',
      { id: '402199000000099999', rating: 5 },
      { envelope: { attempt: 7, org_id: null }, headers: { 'x-odd': 'yes' } }
    )
    const [found] = kit.received
    expect(found?.headers['x-odd']).toBe('yes')
    expect(found?.body).toMatchObject({
      event: 'conversation.rated',
      entity_id: '402199000000099999',
      attempt: 7,
      app_id: shop,
      entity: { rating: 5 },
    })
    expect(found?.body).not.toHaveProperty('org_id')
  })

  it('needs a webhook', async () => {
    await expect(kit.siq.webhook.raw('conversation.created', {})).rejects.toThrow(/no webhook/)
  })

  it('can hold the answer of every call until its webhooks were delivered', async () => {
    kit.siq.configure({ answerAfterWebhooks: true })
    kit.listen('conversation.completed')
    const { id } = await kit.open()
    await kit.call('PUT', `${portalApi}/conversations/${id}/close`)
    expect(kit.received).toHaveLength(1)
  })
})
