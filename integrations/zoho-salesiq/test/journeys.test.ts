import { dataCenters, defaultSeed, defaultSettings } from '@hitl/emulator/zoho-salesiq'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import * as z from 'zod/mini'
import {
  ANNA,
  announced,
  BEN,
  endings,
  EVENTS,
  failures,
  heard,
  heardTexts,
  type Journey,
  type JourneyOptions,
  openJourney,
  OUTLET,
  RETURNS,
  SALES,
  SHOP,
  SUPPORT,
} from './journey-world'

const MINUTE = 60_000
const ZOHO = 'zoho-salesiq'

let world: Journey
const open = async (options: JourneyOptions = {}) => {
  world = await openJourney(options)
}

/** Whatever a test does, nothing secret or private gets out, and nothing is called that Zoho does not have. */
const assertClean = () => {
  expect(world.leaks()).toEqual([])
  expect(world.emulator.unlisted).toEqual([])
}

/** For tests that need an installation of their own. */
const eachOpensAWorld = () =>
  afterEach(async () => {
    assertClean()
    await world.shut()
  })

/** For tests that need no more than a user of their own. */
const allShareAWorld = (options: JourneyOptions = {}) => {
  beforeAll(() => open(options))
  afterEach(() => {
    assertClean()
    world.emulator.faults.clear()
    world.provider.configure(defaultSettings)
  })
  afterAll(() => world.shut())
}

const mark = () => world.emulator.journal.mark()
/** Calls to Zoho besides a renewal of the token, which is due once an hour. */
const calls = (since: number) => world.vendorCalls(since).filter((call) => call !== 'POST token')
const settings = () => world.installation.configuration
const opened = (userId: string) => world.provider.conversations.filter(({ visitor }) => visitor.userId === userId)
const isOpen = ({ state }: { state: string }) => state === 'waiting' || state === 'connected'
const said = (user: Parameters<Journey['chat']>[0]) =>
  world
    .chat(user)
    .messages.slice(1)
    .filter(({ by }) => by === 'visitor')
    .map(({ text }) => text)

/** A session that an agent has taken. */
const attended = async (person: Parameters<Journey['escalated']>[0] = {}) => {
  const user = await world.escalated(person)
  world.anna.pickUp(world.chat(user).id)
  await world.settle()
  return user
}

/** Both directions, and the end. */
const expectWorkingSession = async (person: Parameters<Journey['escalated']>[0] = {}) => {
  const user = await attended(person)
  await user.say('is anybody there?')
  world.anna.write(world.chat(user).id, 'yes, it is me')
  await world.settle()
  expect(announced(user)).toEqual([ANNA.name])
  expect(heard(user)).toEqual([[ANNA.name, 'yes, it is me']])
  expect(said(user)).toEqual(['is anybody there?'])
  world.anna.close(world.chat(user).id)
  await world.settle()
  expect(endings(user)).toBe(1)
  expect(user.hitlActive).toBe(false)
  expect(failures(user)).toEqual([])
}

describe('opening', () => {
  allShareAWorld()

  it('is one conversation with brand, department, visitor, question and history, for one vendor call', async () => {
    const before = mark()
    const user = await world.escalated({ email: 'Ana.Lopez@Example.com' })
    expect(calls(before)).toEqual(['POST conversations'])
    const contact = world.tags(user)['contactUserId'] ?? ''
    expect(world.emulator.botpress.store.users.has(contact)).toBe(true)
    expect(opened(contact)).toHaveLength(1)
    const chat = world.chat(user)
    expect(chat).toMatchObject({ appId: SHOP, departmentId: SUPPORT, question: 'Help\n\nThe printer burns' })
    expect(chat.visitor).toEqual({ userId: contact, name: 'Ana', email: 'Ana.Lopez@Example.com' })
    expect(chat.pastMessages.map((message) => [message.sender_type, message.sender_name, message.text])).toEqual([
      ['visitor', 'Ana', 'hello'],
      ['bot', 'Bot', expect.stringContaining('escalated')],
    ])
    const times = chat.pastMessages.map(({ time }) => time)
    expect(times).toEqual([...new Set(times)].toSorted((a, b) => a - b))
  })

  it('never shows SalesIQ an address that Botpress made up', async () => {
    const before = mark()
    const user = await world.escalated()
    expect(world.chat(user).visitor.email).toBeUndefined()
    expect(JSON.stringify(world.emulator.journal.since(before, 'vendor'))).not.toContain('no-reply')
  })

  it('for a cold instance takes two vendor calls at most', async () => {
    await world.restart(1)
    const before = mark()
    await world.escalated()
    expect(calls(before).length).toBeLessThanOrEqual(2)
  })

  it('with refused past_messages is still one conversation, with the history as text', async () => {
    world.provider.configure({ pastMessages: 'refused' })
    const before = mark()
    const all = world.provider.conversations.length
    const user = await attended()
    expect(world.provider.conversations).toHaveLength(all + 1)
    expect(calls(before)).toEqual(['POST conversations', 'POST conversations'])
    const { question, pastMessages } = world.chat(user)
    expect(pastMessages).toEqual([])
    expect(question).toMatch(/^Help\n\nThe printer burns\n/)
    expect(question).toContain('Ana: hello')
    world.anna.write(world.chat(user).id, 'I have read all of it')
    await world.settle()
    expect(heardTexts(user)).toEqual(['I have read all of it'])
  })

  it('follows department, custom info and phone of one session', async () => {
    const customInfo = { plan: 'gold', phone: '+1 555 0100' }
    const user = await world.escalated({ hitlSession: { departmentId: SALES, customInfo } })
    const { appId, departmentId, customerInfo, visitor } = world.chat(user)
    expect([appId, departmentId]).toEqual([SHOP, SALES])
    expect(customerInfo).toEqual(customInfo)
    expect(visitor.phone).toBe('+1 555 0100')
  })

  it('with a wait time is missed after so long, and the session ends', async () => {
    const user = await world.escalated({ hitlSession: { waitTimeSeconds: 45 } })
    expect(world.chat(user)).toMatchObject({ waitTime: 45, state: 'missed' })
    await world.settle()
    expect(endings(user)).toBe(1)
  })

  it('in a department of another brand fails in plain words, and opens nothing', async () => {
    const all = world.provider.conversations.length
    await expect(world.escalated({ hitlSession: { departmentId: RETURNS } })).rejects.toThrow(/department/)
    expect(world.provider.conversations).toHaveLength(all)
  })

  it('in a brand that does not exist fails in plain words, and the others go on', async () => {
    const all = world.provider.conversations.length
    await expect(world.escalated({ hitlSession: { appId: '402199000000009999' } })).rejects.toThrow(/brand/)
    expect(world.provider.conversations).toHaveLength(all)
    await expectWorkingSession()
  })

  it('of the second brand brings that brand’s agents, and the first brand goes on', async () => {
    const first = await attended({ name: 'Ana' })
    const before = mark()
    const second = await world.escalated({ name: 'Ben', hitlSession: { appId: OUTLET, departmentId: RETURNS } })
    expect(calls(before).length).toBeLessThanOrEqual(2)
    expect(world.chat(second)).toMatchObject({ appId: OUTLET, departmentId: RETURNS })
    world.chloe.pickUp(world.chat(second).id)
    world.chloe.write(world.chat(second).id, 'welcome to the outlet')
    world.anna.write(world.chat(first).id, 'welcome to the shop')
    await world.settle()
    expect(heardTexts(second)).toEqual(['welcome to the outlet'])
    expect(heardTexts(first)).toEqual(['welcome to the shop'])
    expect(world.provider.webhook.registered.map(({ appIds }) => appIds)).toEqual([[SHOP, OUTLET]])
    const again = mark()
    await world.escalated({ name: 'Cleo', hitlSession: { appId: OUTLET } })
    expect(calls(again)).toEqual(['POST conversations'])
  })
})

describe('messages of the user', () => {
  allShareAWorld()

  it.each([200, 204] as const)('arrive in order and once when SalesIQ answers with an empty %i', async (status) => {
    world.provider.configure({ emptyAnswerStatus: status })
    const user = await attended()
    const before = mark()
    const lines = Array.from({ length: 6 }, (_, index) => `sentence number ${index}`)
    for (const line of lines) await user.say(line)
    await world.settle()
    expect(said(user)).toEqual(lines)
    expect(calls(before)).toEqual(lines.map(() => 'POST conversations/…/messages'))
    expect(failures(user)).toEqual([])
  })

  it('that are very long arrive in pieces, complete and in order', async () => {
    const user = await attended()
    const text = Array.from({ length: 1_500 }, (_, index) => `word${index}`).join(' ')
    await user.say(text)
    await world.settle()
    expect(said(user).length).toBeGreaterThan(1)
    expect(said(user).join(' ')).toBe(text)
  })

  it('with media are uploads with name, type and all bytes', async () => {
    const user = await attended()
    const { files } = world.emulator
    const pdf = Buffer.from('%PDF-1.7 the whole invoice')
    const photo = Buffer.from([0x89, 0x50, 0x4e, 0x47, 1, 2, 3])
    const fileUrl = files.put('invoice 7.pdf', pdf, 'application/pdf')
    await user.send({ type: 'file', payload: { fileUrl, title: 'invoice 7.pdf' } })
    await user.send({ type: 'image', payload: { imageUrl: files.put('photo.png', photo, 'image/png') } })
    await user.send({ type: 'audio', payload: { audioUrl: files.put('voice.ogg', 'voice', 'audio/ogg') } })
    await user.send({ type: 'video', payload: { videoUrl: files.put('clip.mp4', 'clip', 'video/mp4') } })
    await world.settle()
    const sent = world
      .chat(user)
      .messages.slice(1)
      .flatMap(({ file }) => file ?? [])
    expect(sent.map(({ name, contentType }) => [name, contentType])).toEqual([
      ['invoice 7.pdf', 'application/pdf'],
      ['photo.png', 'image/png'],
      ['voice.ogg', 'audio/ogg'],
      ['clip.mp4', 'video/mp4'],
    ])
    expect(sent.slice(0, 2).map(({ bytes }) => Buffer.from(bytes))).toEqual([pdf, photo])
    expect(failures(user)).toEqual([])
  })

  it('in a bloc arrive item by item, in their order', async () => {
    const user = await attended()
    const imageUrl = world.emulator.files.put('broken.png', 'pixels', 'image/png')
    const items = [
      { type: 'text', payload: { text: 'first the words' } },
      { type: 'image', payload: { imageUrl } },
      { type: 'location', payload: { latitude: 1.5, longitude: 2.5 } },
      { type: 'text', payload: { text: 'then the rest of it' } },
    ]
    const before = mark()
    await user.send({ type: 'bloc', payload: { items } })
    await world.settle()
    const sent = world
      .chat(user)
      .messages.slice(1)
      .map(({ text, file }) => text ?? file?.name)
    expect(sent).toEqual(['first the words', 'broken.png', expect.stringContaining('1.5,2.5'), 'then the rest of it'])
    expect(calls(before)).toHaveLength(4)
  })

  it('to a chat the agent closed a moment ago fail in plain words, and the session ends', async () => {
    const user = await attended()
    world.webhooks('held')
    world.anna.close(world.chat(user).id)
    await user.say('one more question please')
    await world.settle()
    expect(failures(user)).toEqual([expect.stringMatching(/chat is closed.*new session/)])
    expect(user.hitlActive).toBe(false)
    world.webhooks('normal')
    await world.releaseReversed()
    await world.settle()
    expect(endings(user)).toBe(1)
  })
})

describe('what agents do', () => {
  allShareAWorld()

  /** Seen live: an assignment 0.1 s after the opening, before the answer to it. */
  const HELD_MS = 150
  const MANUAL = { name: 'manual.pdf', contentType: 'application/pdf', bytes: Buffer.from('%PDF-1.7') }

  it('a file in the webhook reaches the user without a call to Zoho', async () => {
    const user = await attended()
    const before = mark()
    world.anna.sendFile(world.chat(user).id, MANUAL)
    world.anna.sendFile(world.chat(user).id, { ...MANUAL, name: 'plan.png', contentType: 'image/png' })
    await world.settle()
    const types = user.transcript.flatMap(({ from, type }) => (from === 'agent' ? [type] : []))
    expect(types).toEqual(['file', 'image'])
    expect(heardTexts(user)).toEqual([expect.stringMatching(/manual\.pdf$/), expect.stringMatching(/plan\.png$/)])
    expect(calls(before)).toEqual([])
  })

  it('a file with a comment brings both', async () => {
    const user = await attended()
    world.anna.sendFile(world.chat(user).id, MANUAL, 'page three explains it')
    await world.settle()
    expect(heardTexts(user)).toEqual(['page three explains it', expect.stringMatching(/manual\.pdf$/)])
  })

  it('a file of which only the transcript tells reaches the user for one call', async () => {
    world.provider.configure({ agentFiles: 'transcript' })
    const user = await attended()
    const before = mark()
    world.anna.sendFile(world.chat(user).id, MANUAL)
    await world.settle()
    expect(heard(user)).toEqual([[ANNA.name, expect.stringMatching(/manual\.pdf$/)]])
    expect(calls(before)).toEqual(['GET v2/conversations/…/messages'])
  })

  it.each([
    ['nobody tells of', { agentFiles: 'nowhere' }],
    ['the transcript would tell of, which we may not read', { agentFiles: 'transcript', transcript: 'refused' }],
  ] as const)('a file %s becomes a clear line', async (_, zoho) => {
    world.provider.configure(zoho)
    const user = await attended()
    world.anna.sendFile(world.chat(user).id, MANUAL)
    await world.settle()
    expect(heard(user)).toEqual([[ANNA.name, expect.stringMatching(/agent sent .*file.*cannot be shown/i)]])
  })

  it.each([
    { transferEvent: 'attender', transferOwner: true },
    { transferEvent: 'transfer', transferOwner: true },
    { transferEvent: 'transfer', transferOwner: false },
    { transferEvent: 'both', transferOwner: true },
    { transferEvent: 'both', transferOwner: false },
  ] as const)('a transfer told by $transferEvent, owner named $transferOwner, is announced once', async (zoho) => {
    world.provider.configure(zoho)
    const user = await attended()
    const before = mark()
    world.anna.transfer(world.chat(user).id, BEN.id)
    await world.settle()
    world.ben.write(world.chat(user).id, 'I am the new one here')
    await world.settle()
    expect(announced(user)).toEqual([ANNA.name, BEN.name])
    expect(heard(user)).toEqual([[BEN.name, 'I am the new one here']])
    expect(calls(before)).toEqual(zoho.transferOwner ? [] : ['GET v2/conversations/…'])
  })

  it('a transfer that is offered, or refused, announces nobody', async () => {
    const user = await attended()
    world.anna.transfer(world.chat(user).id, BEN.id, { answer: 'wait' })
    await world.settle()
    world.ben.rejectTransfer(world.chat(user).id)
    await world.settle()
    expect(announced(user)).toEqual([ANNA.name])
  })

  it.each([0, 100])('an assignment %i ms after the opening is not lost', async (delayMs) => {
    world.provider.configure({ autoAssign: { operatorId: ANNA.id, delayMs }, holdAnswerMs: HELD_MS })
    const user = await world.escalated()
    expect(announced(user)).toEqual([ANNA.name])
    expect(world.chat(user).state).toBe('connected')
  })

  it('an agent who greets before the start is answered is announced first, then heard', async () => {
    const all = world.provider.conversations.length
    const stop = world.emulator.journal.onEntry(({ kind, label }) => {
      if (kind !== 'webhook' || !label.includes('attender.updated')) return
      stop()
      const fresh = world.provider.conversations.at(-1)
      if (fresh) world.anna.write(fresh.id, 'here before you asked')
    })
    world.provider.configure({ autoAssign: { operatorId: ANNA.id, delayMs: 0 }, holdAnswerMs: HELD_MS })
    const user = await world.escalated()
    expect(world.provider.conversations).toHaveLength(all + 1)
    const fromAnna = user.transcript.filter(({ agentName }) => agentName === ANNA.name)
    expect(fromAnna.map(({ from }) => from)).toEqual(['notice', 'agent'])
    expect(heardTexts(user)).toEqual(['here before you asked'])
  })

  it('reaches the right one of two users although webhooks write e-mails in lower case', async () => {
    const before = mark()
    const [ana, ben] = await Promise.all([
      attended({ name: 'Ana', email: 'Ana.Lopez@Example.COM' }),
      world.escalated({ name: 'Ben', email: 'Ben.Lopez@Example.COM' }),
    ])
    world.ben.pickUp(world.chat(ben).id)
    world.anna.write(world.chat(ana).id, 'good morning dear Ana')
    world.ben.write(world.chat(ben).id, 'good morning dear Ben')
    await world.settle()
    expect(heard(ana)).toEqual([[ANNA.name, 'good morning dear Ana']])
    expect(heard(ben)).toEqual([[BEN.name, 'good morning dear Ben']])
    const webhooks = JSON.stringify(world.emulator.journal.since(before, 'webhook').map(({ request }) => request))
    expect(webhooks).toContain('ana.lopez@example.com')
    expect(webhooks).not.toContain('Ana.Lopez@')
    expect(world.chat(ana).visitor.email).toBe('Ana.Lopez@Example.COM')
  })
})

describe('a chat that nobody answers', () => {
  allShareAWorld()

  it('ends the session once, and tells why by tag and log', async () => {
    const user = await world.escalated()
    const before = world.events('hitlStopped').length
    const { id } = world.chat(user)
    world.provider.miss(id)
    await world.settle()
    expect(world.events('hitlStopped')).toHaveLength(before + 1)
    expect(endings(user)).toBe(1)
    expect(user.hitlActive).toBe(false)
    expect(world.tags(user)['closeReason']).toBe('missed')
    expect(world.logs()).toMatch(new RegExp(`ended, missed .*${id}`))
  })

  it('has the tag by the time the bot hears of the end', async () => {
    const user = await world.escalated()
    const seen: (string | undefined)[] = []
    const stop = world.emulator.journal.onEntry(({ kind, label }) => {
      if (kind === 'botpress' && label.startsWith('POST /v1/chat/events')) seen.push(world.tags(user)['closeReason'])
    })
    world.provider.miss(world.chat(user).id)
    await world.settle()
    stop()
    expect(seen).toEqual(['missed'])
  })

  it('and is answered late disturbs neither the user nor a newer session', async () => {
    const user = await world.escalated()
    const missed = world.chat(user).id
    world.provider.miss(missed)
    await world.settle()
    world.provider.reopenByLateAnswer(missed, ANNA.id)
    world.anna.write(missed, 'sorry for being late')
    await world.settle()
    expect(user.hitlActive).toBe(false)
    expect(heard(user)).toEqual([])

    await user.say('second attempt now')
    await user.escalate({ title: 'Again' })
    await world.settle()
    world.ben.pickUp(world.chat(user).id)
    await world.settle()
    if (isOpen(world.provider.conversation(missed))) world.anna.write(missed, 'sorry once again')
    world.ben.write(world.chat(user).id, 'I am on time though')
    await user.say('thank you very much')
    await world.settle()
    expect(world.chat(user).id).not.toBe(missed)
    expect(heard(user)).toEqual([[BEN.name, 'I am on time though']])
    expect(announced(user)).toEqual([BEN.name])
    expect(said(user)).toEqual(['thank you very much'])
    expect(user.hitlActive).toBe(true)
    if (isOpen(world.provider.conversation(missed))) world.anna.close(missed)
    await world.settle()
    expect(user.hitlActive).toBe(true)
    expect(endings(user)).toBe(1)
  })

  it.each(['visitor', 'scheduler'] as const)('or that was completed by the %s ends the session once', async (by) => {
    const user = await attended()
    const { id } = world.chat(user)
    if (by === 'visitor') world.provider.closeByVisitor(id)
    else world.provider.expire(id)
    await world.settle()
    expect(endings(user)).toBe(1)
    expect(user.hitlActive).toBe(false)
    expect(world.tags(user)['closeReason'] ?? '').toBe('')
  })
})

describe('stopHitl', () => {
  allShareAWorld()

  it.each([
    ['as the operator', {}, 'agent'],
    ['with POST where that is the method', { closeMethod: 'POST' }, 'agent'],
    ['as the visitor where the operator’s way is refused', { operatorClose: 'refused' }, 'visitor'],
    ['as the visitor, with POST', { operatorClose: 'refused', closeMethod: 'POST' }, 'visitor'],
    ['with POST where refusals have their own status', { closeMethod: 'POST', errorStatus: 'matching' }, 'agent'],
  ] as const)('closes the chat %s, and the echo is harmless', async (_, zoho, endedBy) => {
    world.provider.configure(zoho)
    const user = await attended()
    const stopped = world.events('hitlStopped').length
    await user.end()
    await world.settle()
    expect(world.chat(user)).toMatchObject({ state: 'end', endedBy })
    expect(world.events('hitlStopped')).toHaveLength(stopped)
    expect(endings(user)).toBe(0)
    expect(user.hitlActive).toBe(false)
    expect(said(user)).toEqual([expect.stringContaining('user has ended the session')])
    const echo = world.emulator.journal.entries.findLast(({ label }) => label.endsWith('conversation.completed'))
    expect(echo).toMatchObject({ status: 200 })
  })

  it('closes with one call where nothing is in the way', async () => {
    const user = await attended()
    const before = mark()
    await user.end()
    await world.settle()
    expect(calls(before).filter((call) => !call.endsWith('/messages'))).toEqual(['PUT v2/conversations/…/close'])
  })

  it('tells the agent and the log where no way of closing is allowed', async () => {
    world.provider.configure({ operatorClose: 'refused', visitorClose: 'refused' })
    const user = await attended()
    await user.end()
    await world.settle()
    const { id, state, messages } = world.chat(user)
    expect(state).toBe('connected')
    expect(messages.at(-1)).toMatchObject({ by: 'visitor', text: expect.stringMatching(/ended/) })
    expect(world.logs()).toMatch(new RegExp(`agent has to close it.*${id}`))
    expect(user.hitlActive).toBe(false)
    world.anna.close(id)
    await world.settle()
    expect(endings(user)).toBe(0)
  })

  it('that was not allowed to close is made up for by the next start, so that two are never open', async () => {
    world.provider.configure({ operatorClose: 'refused', visitorClose: 'refused' })
    const user = await attended()
    const first = world.chat(user)
    await user.end()
    await world.settle()
    expect(isOpen(world.chat(user))).toBe(true)
    world.provider.configure({ operatorClose: 'allowed', visitorClose: 'allowed' })
    await user.say('back again so soon')
    await user.escalate({ title: 'Again' })
    await world.settle()
    expect(opened(first.visitor.userId).filter(isOpen)).toHaveLength(1)
  })

  it('called twice succeeds twice and closes once', async () => {
    const user = await attended()
    const conversationId = user.downstreamConversationId ?? ''
    await user.end()
    await world.settle()
    const before = mark()
    await world.installation.action('stopHitl', { conversationId })
    await world.restart(1)
    await world.installation.action('stopHitl', { conversationId })
    expect(calls(before)).toEqual([])
  })

  it('called twice at once on two instances succeeds twice, and the agent sees one end', async () => {
    const user = await attended()
    await world.restart(2)
    const conversationId = user.downstreamConversationId ?? ''
    const before = world.chat(user).messages.length
    await Promise.all([
      world.installation.action('stopHitl', { conversationId }),
      world.installation.action('stopHitl', { conversationId }),
    ])
    expect(world.chat(user).state).toBe('end')
    expect(world.chat(user).messages).toHaveLength(before)
  })

  it('that failed leaves a chat which the next start closes, so that two are never open', async () => {
    const user = await attended()
    const first = world.chat(user)
    const fault = { kind: 'status', status: 429, headers: { 'retry-after': '600' } } as const
    world.emulator.faults.add({ target: ZOHO, match: '/close', times: 9, fault })
    await expect(user.end()).rejects.toThrow(/Zoho SalesIQ/)
    expect(isOpen(world.chat(user))).toBe(true)
    world.emulator.faults.clear()
    await world.restart(1)
    await user.say('back again so soon')
    await user.escalate({ title: 'Again' })
    await world.settle()
    const all = opened(first.visitor.userId)
    expect(all).toHaveLength(2)
    expect(all.filter(isOpen).map(({ id }) => id)).toEqual([world.chat(user).id])
    expect(world.chat(user).id).not.toBe(first.id)
    expect(user.hitlActive).toBe(true)
    expect(endings(user)).toBe(0)
  })
})

describe('tokens', () => {
  eachOpensAWorld()

  /** The key of a webhook takes long to make, and nothing is heard of agents here. */
  const zoho = { webhookApi: 'refused' } as const
  const asked = () => world.provider.tokenRequests

  it('that expired in mid-session are renewed once for many messages on several instances', async () => {
    await open({ instances: 3, zoho })
    const users = await Promise.all(['Ana', 'Ben', 'Cleo', 'Dora'].map((name) => world.escalated({ name })))
    const before = asked()
    world.provider.expireAccessTokens()
    const lines = ['first of three', 'second of three', 'third of three']
    await Promise.all(users.flatMap((user) => lines.map((line) => user.say(line))))
    await world.emulator.settled()
    expect(asked()).toBe(before + 1)
    for (const user of users) {
      expect(failures(user)).toEqual([])
      expect(said(user).toSorted()).toEqual(lines.toSorted())
    }
  })

  it('are reused by cold instances, for messages, starts and stops', async () => {
    await open({ zoho })
    const user = await world.escalated()
    await world.restart(3)
    const before = asked()
    await Promise.all([user.say('one of two'), user.say('two of two'), world.escalated({ name: 'Ben' })])
    await world.emulator.settled()
    await user.end()
    expect(asked()).toBe(before)
    expect(said(user).slice(0, 2).toSorted()).toEqual(['one of two', 'two of two'])
  })

  it.each(['org', 'ms-only', 'seconds'] as const)(
    'with a life told as "%s" serve for most of an hour and are renewed before they end',
    async (tokenAnswer) => {
      await open({ zoho: { ...zoho, tokenAnswer } })
      const user = await world.escalated()
      const before = asked()
      world.leap(40 * MINUTE)
      await user.say('forty minutes later')
      await world.emulator.settled()
      expect(asked()).toBe(before)
      world.leap(17 * MINUTE)
      const journal = mark()
      await user.say('nearly an hour later')
      await world.emulator.settled()
      expect(world.vendorCalls(journal)).toEqual(['POST token', 'POST conversations/…/messages'])
      expect(failures(user)).toEqual([])
    }
  )

  it('of the settings are not used once registration has renewed them', async () => {
    await open({ settings: { accessToken: '1000.of-long-ago.0123456789' } })
    expect(world.installation.status).toBe('registered')
    await expectWorkingSession()
    const headers = world.emulator.journal.entries.map(({ requestHeaders }) => requestHeaders?.['authorization'] ?? '')
    expect(headers.filter((header) => header.includes('of-long-ago'))).toEqual([])
  })

  it('refused for good fail messages in words that say reconnect, after a bounded number of requests', async () => {
    await open({ zoho })
    const user = await world.escalated()
    world.provider.revokeRefreshToken()
    const before = asked()
    for (let round = 0; round < 6; round += 1) {
      await world.restart(1)
      for (let line = 0; line < 5; line += 1) await user.say(`hello, line ${round}${line}`)
      await world.emulator.settled()
    }
    expect(failures(user)).toHaveLength(30)
    expect(failures(user).filter((text) => !/connect the account again/i.test(text))).toEqual([])
    await expect(world.escalated({ name: 'Ben' })).rejects.toThrow(/connect the account again/i)
    expect(asked() - before).toBeLessThanOrEqual(3)

    const code = world.provider.grantCode()
    const [redirectUri = ''] = defaultSeed.client.redirectUris
    const answer = await world.askForToken({ grant_type: 'authorization_code', code, redirect_uri: redirectUri })
    await world.installation.configure({ ...settings(), refreshToken: answer.refresh_token })
    expect(world.installation.status).toBe('registered')
    await user.say('connected once again')
    await world.emulator.settled()
    expect(said(user)).toEqual(['connected once again'])
  })

  it('denied because of the rate are waited for, without asking meanwhile', async () => {
    await open({ zoho })
    const user = await world.escalated()
    const { refreshToken } = defaultSeed
    for (let left = 9; left > 0; left -= 1) {
      await world.askForToken({ grant_type: 'refresh_token', refresh_token: refreshToken })
    }
    world.provider.expireAccessTokens()
    const before = asked()
    for (let round = 0; round < 3; round += 1) {
      await world.restart(2)
      await Promise.all([user.say(`please ${round}, now`), user.say(`please ${round}, soon`)])
      await world.emulator.settled()
    }
    expect(failures(user)).toHaveLength(6)
    expect(failures(user).filter((text) => !/try again in/i.test(text))).toEqual([])
    expect(asked()).toBe(before + 1)
    world.leap(11 * MINUTE)
    await user.say('ten minutes have passed')
    await world.emulator.settled()
    expect(said(user)).toEqual(['ten minutes have passed'])
    expect(asked()).toBe(before + 2)
  })

  it('are never asked for more than ten times in ten minutes, whatever happens', async () => {
    await open({ zoho })
    const user = await world.escalated()
    for (let round = 0; round < 24; round += 1) {
      world.provider.expireAccessTokens()
      // A rest that ends within the time of a message would be waited for in real time.
      world.leap(MINUTE)
      if (round % 8 === 0) await world.restart(1)
      if (round % 5 === 0) await world.installation.configure({ ...settings() })
      await user.say(`message number ${round}`)
      await world.emulator.settled()
    }
    expect(mostInTenMinutes()).toBeLessThanOrEqual(10)
  })

  it('are not spent by somebody who saves the settings again and again', async () => {
    await open({ zoho })
    for (let round = 0; round < 12; round += 1) {
      await world.installation.configure({ ...settings(), departmentId: round % 2 === 0 ? SALES : SUPPORT })
      expect([round, world.installation.status]).toEqual([round, 'registered'])
    }
    expect(mostInTenMinutes()).toBeLessThanOrEqual(10)
  })

  const mostInTenMinutes = () => {
    const times = world.tokenTimes()
    return Math.max(...times.map((start) => times.filter((at) => at >= start && at < start + 10 * MINUTE).length))
  }
})

describe('the webhook', () => {
  eachOpensAWorld()

  const KEYS = z.object({ data: z.object({ public_keys: z.array(z.object({ id: z.string(), key: z.string() })) }) })

  it('is registered signed, for exactly five events and the brand, at an address that answers HEAD', async () => {
    await open()
    const { registered } = world.provider.webhook
    expect(registered).toHaveLength(1)
    expect(registered[0]).toMatchObject({ type: 'data', url: world.installation.webhookUrl, appIds: [SHOP] })
    expect(registered[0]?.secured).toBe(true)
    expect(registered[0]?.events.toSorted()).toEqual([...EVENTS].toSorted())
    expect(registered[0]?.publicKeys).toHaveLength(1)
    const heads = world.emulator.journal.entries.filter(({ label }) => label.includes(' HEAD '))
    expect(heads.map(({ status }) => status)).toEqual([200])
    expect(await world.post({ method: 'HEAD' })).toBe(200)
  })

  it('stays the same when the settings are saved again, and is removed in the end', async () => {
    await open()
    const { webhook } = world.provider
    const [first] = webhook.registered
    const before = mark()
    await world.installation.configure({ ...settings() })
    expect(world.vendorCalls(before)).toEqual(['GET v2/apps/…', 'POST conversations/0/messages', 'GET v2/webhooks'])
    await world.restart(1)
    await world.installation.configure({ ...settings(), departmentId: SALES })
    expect(webhook.registered).toEqual([first])
    await expectWorkingSession()
    await world.installation.uninstall()
    expect(webhook.registered).toEqual([])
  })

  it('follows the brand of the settings', async () => {
    await open()
    await world.installation.configure({ ...settings(), appId: OUTLET })
    expect(world.provider.webhook.registered).toHaveLength(1)
    expect(world.provider.webhook.registered[0]?.appIds).toContain(OUTLET)
    await expectWorkingSession()
  })

  it('that somebody removed in SalesIQ is made again when the settings are saved', async () => {
    await open()
    const [first] = world.provider.webhook.registered
    await world.askZoho('DELETE', `webhooks/${first?.id ?? ''}`)
    expect(world.provider.webhook.registered).toEqual([])
    await world.installation.configure({ ...settings() })
    expect(world.provider.webhook.registered).toHaveLength(1)
    await expectWorkingSession()
  })

  it('is believed with keys in PEM form, and with ids as numbers', async () => {
    await open({ zoho: { keyFormat: 'pem', numbersAsNumbers: true } })
    expect(world.provider.webhook.registered[0]?.publicKeys[0]).toContain('BEGIN PUBLIC KEY')
    await expectWorkingSession()
  })

  it('goes on through a change of keys in mid-session', async () => {
    await open({ instances: 2 })
    const user = await attended()
    const { id = '' } = world.provider.webhook.registered[0] ?? {}
    const { data } = KEYS.parse(await world.askZoho('POST', `webhooks/${id}/keys`))
    expect(data.public_keys).toHaveLength(2)
    await world.installation.configure({ ...settings() })
    world.anna.write(world.chat(user).id, 'signed with the old key')
    await world.settle()
    await world.askZoho('DELETE', `webhooks/${id}/keys/${data.public_keys[0]?.id ?? ''}`)
    world.leap(MINUTE)
    world.anna.write(world.chat(user).id, 'signed with the new key')
    await world.settle()
    expect(heardTexts(user)).toEqual(['signed with the old key', 'signed with the new key'])
  })

  it('with a key nobody told us of is refused, and is believed once the settings are saved', async () => {
    await open()
    const user = await attended()
    const { id = '' } = world.provider.webhook.registered[0] ?? {}
    const { data } = KEYS.parse(await world.askZoho('POST', `webhooks/${id}/keys`))
    await world.askZoho('DELETE', `webhooks/${id}/keys/${data.public_keys[0]?.id ?? ''}`)
    world.anna.write(world.chat(user).id, 'signed with a fresh key')
    await world.emulator.settled()
    expect(world.emulator.journal.entries.findLast(({ kind }) => kind === 'webhook')).toMatchObject({ status: 401 })
    await world.installation.configure({ ...settings() })
    await world.settle()
    expect(heardTexts(user)).toEqual(['signed with a fresh key'])
  })

  it('delivered again after a lost answer counts once', async () => {
    await open()
    const user = await attended()
    const fault = { kind: 'drop', when: 'after' } as const
    world.emulator.faults.add({ target: 'webhook', times: 2, fault })
    world.anna.write(world.chat(user).id, 'told more than once')
    world.anna.transfer(world.chat(user).id, BEN.id)
    await world.settle()
    await world.settle()
    const again = world.emulator.journal.entries.filter(({ label }) => label.includes('(attempt 2)'))
    expect(again.map(({ request }) => request)).toEqual([
      expect.objectContaining({ attempt: 2 }),
      expect.objectContaining({ attempt: 2 }),
    ])
    expect(heardTexts(user)).toEqual(['told more than once'])
    expect(announced(user)).toEqual([ANNA.name, BEN.name])
  })

  it('about visitors of the website creates nothing and costs nothing', async () => {
    await open({ zoho: { transferOwner: false } })
    const user = await attended()
    const numbers = world.botpress()
    const before = mark()
    for (const end of ['close', 'miss', 'expire'] as const) {
      const id = world.provider.openOnWebsite({ name: 'Somebody', email: 'ana@example.com' })
      if (end === 'miss') world.provider.miss(id)
      else {
        world.anna.pickUp(id)
        world.provider.writeAsVisitor(id, 'I am a visitor of the website')
        world.anna.write(id, 'welcome to the website')
        world.anna.transfer(id, BEN.id)
        if (end === 'close') world.ben.close(id)
        else world.provider.expire(id)
      }
      await world.settle()
    }
    expect(world.botpress()).toEqual(numbers)
    expect(world.vendorCalls(before)).toEqual([])
    expect(heard(user)).toEqual([])
    const answers = world.emulator.journal.since(before, 'webhook').map(({ status }) => status)
    expect(new Set(answers)).toEqual(new Set([200]))
  })
})

describe('a webhook made by hand', () => {
  eachOpensAWorld()

  const TOKEN = 'a-webhook-token-of-our-own'
  const byHand = (query = '', options = {}) =>
    world.provider.registerWebhookByHand(`${world.installation.webhookUrl}${query}`, EVENTS, options)

  it.each([false, true])('works unsigned for our conversations, with ids as numbers: %s', async (numbersAsNumbers) => {
    await open({ zoho: { webhookApi: 'refused', numbersAsNumbers } })
    expect(world.installation.status).toBe('registered')
    expect(world.logs()).toMatch(/could not be registered.*by hand/)
    expect(world.logs()).toContain(world.installation.webhookUrl)
    for (const event of EVENTS) expect(world.logs()).toContain(event)
    byHand('', { appIds: [SHOP] })
    await expectWorkingSession()
  })

  it('is not believed for another brand', async () => {
    await open({ zoho: { webhookApi: 'refused' } })
    byHand()
    const user = await attended()
    expect(await world.postReply(user, { app: OUTLET })).toBe(401)
    await world.settle()
    expect(heard(user)).toEqual([])
    expect(await world.postReply(user, { app: SHOP })).toBe(200)
  })

  it('is not believed with the id of another webhook, where the list tells ours', async () => {
    await open({ zoho: { webhookApi: 'refused' } })
    const { id } = byHand()
    world.provider.configure({ webhookApi: 'read-only' })
    await world.installation.configure({ ...settings() })
    const user = await attended()
    expect(await world.postReply(user, { webhook: '1' })).toBe(401)
    expect(await world.postReply(user, { webhook: id })).toBe(200)
    await expectWorkingSession({ name: 'Ben' })
  })

  it('with a token costs no more Botpress calls than a signed one', async () => {
    await open({ settings: { webhookToken: TOKEN }, zoho: { webhookApi: 'refused' } })
    byHand(`?token=${TOKEN}`)
    const user = await attended()
    world.anna.write(world.chat(user).id, 'to warm up a little')
    await world.settle()
    let before = mark()
    world.anna.write(world.chat(user).id, 'a warm answer here')
    await world.emulator.settled()
    expect([world.vendorCalls(before), world.botpressCalls(before).length]).toEqual([[], 1])
    await world.restart(1)
    before = mark()
    world.anna.write(world.chat(user).id, 'a cold answer here')
    await world.emulator.settled()
    expect(world.vendorCalls(before)).toEqual([])
    expect(world.botpressCalls(before).length).toBeLessThanOrEqual(2)
    expect(heardTexts(user)).toHaveLength(3)
  })

  it('at our very address is taken over, signed, once the scopes allow it, and sessions go on', async () => {
    await open({ zoho: { webhookApi: 'refused' } })
    const { id } = byHand()
    const user = await attended()
    world.provider.configure({ webhookApi: 'allowed' })
    await world.installation.configure({ ...settings() })
    const { registered } = world.provider.webhook
    expect(registered.map((webhook) => [webhook.id, webhook.secured])).toEqual([[id, true]])
    world.anna.write(world.chat(user).id, 'still the same session')
    await world.settle()
    expect(heardTexts(user)).toEqual(['still the same session'])
    expect(await world.postReply(user, { webhook: id })).toBe(401)
    await expectWorkingSession({ name: 'Ben' })
    expect(heardTexts(user)).toEqual(['still the same session'])
  })

  it('stays when the integration goes', async () => {
    await open({ zoho: { webhookApi: 'refused' } })
    byHand()
    world.provider.configure({ webhookApi: 'allowed' })
    await world.installation.uninstall()
    expect(world.provider.webhook.registered).toHaveLength(1)
  })

  it('needs its token where the settings have one', async () => {
    await open({ settings: { webhookToken: TOKEN }, zoho: { webhookApi: 'refused' } })
    expect(world.logs()).toContain('?token=')
    byHand(`?token=${TOKEN}`)
    await expectWorkingSession()
    const user = await attended({ name: 'Ben' })
    for (const query of ['', '?token=', '?token=wrong', `?token=${TOKEN}x`, `?other=${TOKEN}`]) {
      expect([query, await world.postReply(user, { query })]).toEqual([query, 401])
    }
    await world.settle()
    expect(heard(user)).toEqual([])
    expect(await world.postReply(user, { query: `?token=${TOKEN}` })).toBe(200)
  })

  it('needs its signature where the settings have its key', async () => {
    await open({ zoho: { keyFormat: 'pem' } })
    const { publicKey, id } = byHand('', { secured: true })
    await world.installation.configure({ ...settings(), webhookPublicKey: publicKey })
    expect(world.installation.status).toBe('registered')
    expect(world.provider.webhook.registered.map((webhook) => webhook.id)).toEqual([id])
    await expectWorkingSession()
    const user = await attended({ name: 'Ben' })
    expect(await world.postReply(user, { webhook: id })).toBe(401)
    const message = { msgid: '1', text: 'not from SalesIQ', meta: {}, sender: { ...ANNA, type: 'operator' } }
    const entity = { id: world.chat(user).id, message }
    for (const sign of [false, 'wrong-key', 'tampered'] as const) {
      const sending = world.provider.webhook.raw('conversation.operator.replied', entity, { sign })
      for (let round = 0; round < 3; round += 1) await world.settle()
      expect([sign, await sending]).toEqual([sign, [{ status: 401, attempts: 4 }]])
    }
    expect(heard(user)).toEqual([])
  })
})

describe('refusals with a status of their own', () => {
  eachOpensAWorld()

  it('make no difference for a whole session', async () => {
    await open({ zoho: { errorStatus: 'matching', pastMessages: 'refused', closeMethod: 'POST' } })
    const user = await attended()
    expect(world.chat(user).question).toContain('Ana: hello')
    world.provider.expireAccessTokens()
    const before = world.provider.tokenRequests
    await user.say('with an expired token')
    await world.emulator.settled()
    expect(world.provider.tokenRequests).toBe(before + 1)
    expect(said(user)).toEqual(['with an expired token'])
    world.webhooks('held')
    world.anna.close(world.chat(user).id)
    await user.say('into a closed chat')
    await world.settle()
    expect(failures(user)).toEqual([expect.stringMatching(/chat is closed/)])
    expect(user.hitlActive).toBe(false)
    world.webhooks('normal')
    await user.say('and on we go')
    await user.escalate({ title: 'Again' })
    await world.settle()
    await user.end()
    await world.settle()
    expect(world.chat(user).state).toBe('end')
  })
})

describe('settings', () => {
  allShareAWorld()
  /** Each wrong one may ask for tokens, of which Zoho gives ten in ten minutes. */
  afterEach(() => world.leap(11 * MINUTE))

  it.each([
    ['refreshToken', 'unknown', { refreshToken: '1000.nobody-has-this.0000' }],
    ['refreshToken', 'of one user instead of the organization', { refreshToken: defaultSeed.userRefreshToken }],
    ['refreshToken', 'missing', { refreshToken: '' }],
    ['clientId', 'unknown', { clientId: '1000.NOCLIENTOFTHISNAME' }],
    ['clientSecret', 'wrong', { clientSecret: 'not-the-secret-at-all' }],
    ['dataCenter', 'another one', { dataCenter: 'us' }],
    ['dataCenter', 'none that exists', { dataCenter: 'mars' }],
    ['screenName', 'unknown', { screenName: 'nobodysportal' }],
    ['screenName', 'a whole address', { screenName: 'https://salesiq.zoho.eu/acmeportal' }],
    ['appId', 'unknown', { appId: '402199000000009999' }],
    ['departmentId', 'unknown', { departmentId: '402199000000009998' }],
    ['departmentId', 'of another brand', { departmentId: RETURNS }],
    ['webhookPublicKey', 'no key', { webhookPublicKey: 'garbage of somebody' }],
    ['webhookToken', 'too short', { webhookToken: 'short-token' }],
  ])('with %s %s are refused by name', async (setting, _, wrong) => {
    const right = { ...settings() }
    await world.installation.configure({ ...right, ...wrong })
    expect(world.installation.status).toBe('registration_failed')
    expect(world.installation.statusReason).toContain(`"${setting}"`)
    expect(world.leaks()).toEqual([])
    await world.installation.configure(right)
    expect(world.installation.status).toBe('registered')
  })

  it('with a token of one user tell how to make a client of the organization', async () => {
    const right = { ...settings() }
    await world.installation.configure({ ...right, refreshToken: defaultSeed.userRefreshToken })
    expect(world.installation.statusReason).toMatch(/client_type=ORG.*org\/auth/)
    await world.installation.configure(right)
  })

  it('work in every data center', async () => {
    const right = { ...settings() }
    // The key of a webhook takes long to make.
    world.provider.configure({ webhookApi: 'refused' })
    for (const dataCenter of ['us', 'in', 'au', 'cn', 'jp', 'ca', 'sa', 'uk', 'eu'] as const) {
      world.provider.seed({ ...defaultSeed, dataCenter })
      const before = mark()
      await world.installation.configure({ ...right, dataCenter })
      expect([dataCenter, world.installation.status]).toEqual([dataCenter, 'registered'])
      expect(world.vendorCalls(before)).toContain('POST token')
    }
    expect(Object.keys(dataCenters)).toHaveLength(9)
    world.provider.registerWebhookByHand(world.installation.webhookUrl, EVENTS)
    await expectWorkingSession()
  })
})

describe('what is said and what is secret', () => {
  eachOpensAWorld()

  it('stays out of logs, errors and answers, when things go wrong too', async () => {
    await open()
    const user = await attended({ email: 'ana@example.com' })
    const { faults } = world.emulator
    await user.say('my password is swordfish')
    world.anna.write(world.chat(user).id, 'never tell me passwords')
    await world.settle()
    faults.add({ target: ZOHO, match: '/messages', fault: { kind: 'status', status: 400 } })
    await user.say('this will be refused here')
    await world.settle()
    faults.add({ target: 'botpress', match: 'initialize-incoming-message', fault: { kind: 'status', status: 400 } })
    world.anna.write(world.chat(user).id, 'this is refused there')
    await world.settle()
    expect(failures(user)).toHaveLength(1)
    const said = ['swordfish', 'passwords', 'refused here', 'refused there', 'ana@example.com']
    const places = [world.logs(), ...failures(user)].join('\n')
    expect(said.filter((words) => places.includes(words))).toEqual([])
  })
})

describe('budgets', () => {
  allShareAWorld()

  it('a text of the user is one call to Zoho, and none to Botpress when warm, two at most when cold', async () => {
    const user = await attended()
    await user.say('to warm up a little')
    await world.settle()
    let before = mark()
    await user.say('a warm message here')
    await world.emulator.settled()
    expect(calls(before)).toEqual(['POST conversations/…/messages'])
    expect(world.botpressCalls(before)).toEqual([])
    await world.restart(1)
    before = mark()
    await user.say('a cold message here')
    await world.emulator.settled()
    expect(calls(before)).toEqual(['POST conversations/…/messages'])
    expect(world.botpressCalls(before).length).toBeLessThanOrEqual(2)
  })

  it('a message of an agent is no call to Zoho, and one to Botpress when warm, two at most when cold', async () => {
    const user = await attended()
    const { id } = world.chat(user)
    world.anna.write(id, 'to warm up a little')
    await world.settle()
    let before = mark()
    world.anna.write(id, 'a warm answer here')
    await world.emulator.settled()
    expect([calls(before), world.botpressCalls(before).length]).toEqual([[], 1])
    await world.restart(1)
    before = mark()
    world.anna.write(id, 'a cold answer here')
    await world.emulator.settled()
    expect(calls(before)).toEqual([])
    expect(world.botpressCalls(before).length).toBeLessThanOrEqual(2)
    expect(heardTexts(user)).toHaveLength(3)
  })
})

describe('the daily registration', () => {
  eachOpensAWorld()

  it('makes the webhook again that somebody has removed in SalesIQ, and no more than that', async () => {
    await open()
    expect(world.installation.configureRequests).toEqual([{ scheduleRegisterCall: 'daily' }])
    const [webhook] = world.provider.webhook.registered
    await world.askZoho('DELETE', `webhooks/${webhook?.id}`)
    expect(world.provider.webhook.registered).toEqual([])
    await world.installation.register()
    expect(world.installation.status).toBe('registered')
    const again = mark()
    await world.installation.register()
    expect(calls(again).filter((call) => call.startsWith('POST v2/webhooks'))).toEqual([])
    await expectWorkingSession()
  })

  it('takes another department with the next session', async () => {
    await open()
    await world.installation.configure({ ...settings(), departmentId: SALES })
    expect(world.installation.status).toBe('registered')
    const user = await world.escalated()
    expect(world.chat(user).departmentId).toBe(SALES)
  })

  it('leaves an installation alone that works while Zoho does not answer, and says so once', async () => {
    await open()
    world.emulator.faults.add({
      target: world.provider.name,
      match: '/api/v2/',
      times: 99,
      fault: { kind: 'status', status: 503 },
    })
    world.leap(61 * MINUTE)
    await world.installation.register()
    await world.installation.register()
    expect(world.installation.status).toBe('registered')
    expect(world.logs().match(/could not be checked this time/g)).toHaveLength(1)
    world.emulator.faults.clear()
    await expectWorkingSession()
  })
})
