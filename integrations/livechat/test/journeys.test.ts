import { livechatStage } from '@hitl/sandbox/livechat'
import { openStage, type Stage, type StageOptions } from '@hitl/sandbox/stage'
import { defaultSeed, type LiveChatEmulator } from '@hitl/emulator/livechat'
import { afterEach, describe, expect, it } from 'vitest'
import * as z from 'zod/mini'

const ANNA = 'anna@example.com'
const BEN = 'ben@example.com'
/** More than what holds events of a young session back, in ms of emulated time. */
const LATER_MS = 7_000
const DAY_MS = 86_400_000

let stage: Stage<LiveChatEmulator>
afterEach(() => stage.close())

const open = async (options: Partial<StageOptions> = {}) => {
  stage = await openStage(livechatStage, { instances: 'module', ...options })
  return stage
}

const settle = async () => {
  await stage.emulator.settled()
  await stage.emulator.clock.advance(LATER_MS)
  await stage.emulator.settled()
}

const chat = () => {
  const [latest] = stage.provider.chats
  if (!latest) throw new Error('No chat was started')
  return latest
}

const vendorCalls = (mark: number) =>
  stage.emulator.journal.since(mark, 'vendor').map(({ label }) => label.split('/').at(-1))
const botpressCalls = (mark: number) => stage.emulator.journal.since(mark, 'botpress').map(({ label }) => label)

const escalated = async (options: { email?: string; hitlSession?: Record<string, unknown> } = {}) => {
  const { email, hitlSession } = options
  const user = stage.emulator.botpress.endUser({ name: 'Ana', ...(email ? { email } : {}) })
  await user.say('hello')
  await user.escalate({ title: 'Help', description: 'The printer burns', ...(hitlSession ? { hitlSession } : {}) })
  await settle()
  return user
}

describe('the bundle in a process of its own', () => {
  it('plays all journeys: escalate, talk both ways, transfer, close, return, end', { timeout: 60_000 }, async () => {
    await open({ instances: 'process' })
    const user = await escalated({ email: 'ana@example.com' })
    const anna = stage.provider.agent(ANNA)
    const chatId = chat().id
    anna.join(chatId)
    await settle()
    anna.write(chatId, 'hi, I am Anna')
    await user.say('my printer burns')
    await settle()
    anna.transferToAgent(chatId, BEN)
    await settle()
    stage.provider.agent(BEN).write(chatId, 'Ben here')
    await settle()
    stage.provider.agent(BEN).close(chatId)
    await settle()
    expect(user.hitlActive).toBe(false)
    expect(user.transcript.map(({ from, agentName, payload }) => [from, agentName ?? '', payload['text']])).toEqual(
      [
        ['user', '', 'hello'],
        ['notice', '', expect.stringContaining('escalated')],
        ['notice', 'Anna Nowak', expect.stringContaining('joined')],
        ['user', '', 'my printer burns'],
        ['agent', 'Anna Nowak', 'hi, I am Anna'],
        ['notice', 'Ben Carter', expect.stringContaining('joined')],
        ['agent', 'Ben Carter', 'Ben here'],
        ['notice', '', expect.stringContaining('closed')],
      ].toSorted(byOrderOf(user.transcript.map(({ payload }) => String(payload['text']))))
    )

    await user.say('one more thing')
    await user.escalate({ title: 'Again' })
    await settle()
    expect(stage.provider.chats).toHaveLength(1)
    expect(chat().threads).toHaveLength(2)
    await user.end()
    await settle()
    expect(user.hitlActive).toBe(false)
    expect(chat().active).toBe(false)
    expect(stage.emulator.unlisted).toEqual([])
  })
})

/** Two messages that cross may be seen in either order: the expected rows are put into the order they came in. */
const byOrderOf = (texts: readonly string[]) => (a: readonly unknown[], b: readonly unknown[]) => {
  const at = (row: readonly unknown[]) => (typeof row[2] === 'string' ? texts.indexOf(row[2]) : -1)
  return at(a) === -1 || at(b) === -1 ? 0 : at(a) - at(b)
}

describe('startHitl', () => {
  it('routes to the group, keeps the chat without an online group, keeps bots out and shows who it is', async () => {
    await open()
    await escalated({ email: 'ana@example.com' })
    const { groupIds, continuous, customer, threads, agents } = chat()
    expect(groupIds).toEqual([2])
    expect(continuous).toBe(true)
    expect(customer).toMatchObject({ name: 'Ana', email: 'ana@example.com' })
    expect(threads[0]?.properties).toMatchObject({ routing: { ignore_bots: true } })
    expect(agents).toEqual([])
  })

  it('never gives an address that Botpress made up to LiveChat', async () => {
    await open()
    await escalated()
    expect(chat().customer.email).toBeUndefined()
    expect(JSON.stringify(stage.emulator.journal.since(0, 'vendor'))).not.toContain('no-reply')
  })

  it('takes group, tags and custom fields of one session, and a tag LiveChat does not know is no obstacle', async () => {
    await open()
    const tags = [...(defaultSeed.tags ?? []).slice(0, 1), 'no such tag']
    expect(tags).toHaveLength(2)
    await escalated({ hitlSession: { groupId: 1, tags, customFields: { plan: 'gold' } } })
    expect(chat().threads[0]?.tags).toEqual(tags.slice(0, 1))
    expect(chat().groupIds).toEqual([1])
    expect(chat().customer.sessionFields).toEqual([{ plan: 'gold' }])
  })

  it('opens a chat in a group where nobody is online', async () => {
    await open({ settings: { groupId: 3 } })
    await escalated()
    expect(chat().active).toBe(true)
  })

  it('fails in plain words when the group does not exist, and opens nothing', async () => {
    await open()
    const user = stage.emulator.botpress.endUser({ name: 'Ana' })
    await user.say('hello')
    await expect(user.escalate({ hitlSession: { groupId: 99 } })).rejects.toThrow(/group/i)
    expect(stage.provider.chats).toEqual([])
    expect(user.hitlActive).toBe(false)
  })

  it('resumes the same chat for a user who comes back, in a new thread and a new conversation', async () => {
    await open()
    const user = await escalated({ email: 'ana@example.com' })
    const first = user.downstreamConversationId
    stage.provider.agent(ANNA).join(chat().id)
    await settle()
    stage.provider.agent(ANNA).close(chat().id)
    await settle()
    await user.say('me again')
    await user.escalate({ title: 'Again' })
    await settle()
    expect(stage.provider.chats).toHaveLength(1)
    expect(chat().threads).toHaveLength(2)
    expect(chat().groupIds).toEqual([2])
    expect(user.downstreamConversationId).not.toBe(first)
  })

  it.each(['already_active', 'limit_reached', 'validation', 'whatever'])(
    'closes a thread that was left open by an ended session and resumes it, even if LiveChat says "%s"',
    async (alreadyActiveErrorType) => {
      await open()
      stage.provider.configure({ alreadyActiveErrorType })
      const user = await escalated({ email: 'ana@example.com' })
      stage.emulator.faults.add({
        target: 'livechat',
        match: 'deactivate_chat',
        times: 9,
        fault: { kind: 'status', status: 400 },
      })
      await user.end().catch(() => undefined)
      await settle()
      expect(chat().active).toBe(true)
      stage.emulator.faults.clear()
      await user.say('me again')
      await user.escalate({ title: 'Again' })
      await settle()
      expect(stage.provider.chats).toHaveLength(1)
      expect(chat().threads.filter(({ active }) => active)).toHaveLength(1)
      expect(chat().threads).toHaveLength(2)
    }
  )

  it('called twice at once opens one chat and gives one session', async () => {
    await open({ count: 2 })
    const { installation } = stage
    const { userId } = await installation.action('createUser', { name: 'Ana', email: 'ana@example.com' })
    const input = { userId: String(userId), title: 'Help', messageHistory: [] }
    const results = await Promise.all([
      installation.action('startHitl', input),
      installation.action('startHitl', input),
    ])
    expect(results[0]).toEqual(results[1])
    expect(stage.provider.chats).toHaveLength(1)
    expect(chat().threads).toHaveLength(1)
  })
})

describe('the customer token', () => {
  it('that expired in the middle of a session is renewed for the same customer', async () => {
    await open()
    const user = await escalated()
    const customerId = chat().customer.id
    stage.provider.expireCustomerTokens()
    await user.say('still here')
    await settle()
    expect(user.lastDeliveryErrors).toEqual([])
    expect(chat().customer.id).toBe(customerId)
    expect(chat().threads[0]?.events.at(-1)?.content['text']).toBe('still here')
  })

  it('is renewed once for ten messages at the same moment', async () => {
    await open()
    const user = await escalated()
    stage.provider.expireCustomerTokens()
    const mark = stage.emulator.journal.mark()
    await Promise.all(Array.from({ length: 10 }, (_, index) => user.say(`line ${index}`)))
    await settle()
    expect(vendorCalls(mark).filter((call) => call === 'token')).toHaveLength(1)
    expect(vendorCalls(mark).filter((call) => call === 'send_event')).toHaveLength(11)
    expect(user.lastDeliveryErrors).toEqual([])
  })

  it('is read from Botpress by a fresh instance instead of being asked for again', async () => {
    await open()
    const user = await escalated()
    await stage.restart()
    const mark = stage.emulator.journal.mark()
    await user.say('hello from a cold instance')
    await settle()
    expect(vendorCalls(mark)).toEqual(['send_event'])
    expect(botpressCalls(mark)).toHaveLength(2)
  })
})

describe('agents', () => {
  it('write rich messages that the user can read', async () => {
    await open()
    const user = await escalated()
    const anna = stage.provider.agent(ANNA)
    anna.join(chat().id)
    anna.sendRichMessage(chat().id, {
      template_id: 'cards',
      elements: [
        {
          title: 'Printers',
          subtitle: 'Not burning',
          image: { url: 'https://cdn.livechat-files.com/printer.png' },
          buttons: [
            { type: 'url', text: 'Shop', value: 'https://example.com/shop', postback_id: 'shop', user_ids: [] },
          ],
        },
      ],
    })
    await settle()
    const heard = user.transcript.filter(({ from }) => from === 'agent').map(({ payload }) => payload)
    expect(heard).toEqual([
      { imageUrl: 'https://cdn.livechat-files.com/printer.png' },
      { text: 'Printers\nNot burning\n• Shop https://example.com/shop' },
    ])
  })

  it('who only watch are not announced', async () => {
    await open()
    const user = await escalated()
    stage.provider.agent(BEN).join(chat().id, { visibility: 'agents' })
    await settle()
    expect(user.transcript.filter(({ agentName }) => agentName)).toEqual([])
  })

  it('are named although only three webhooks were made by hand', async () => {
    await open()
    const { provider, installation } = stage
    await installation.uninstall()
    provider.reset()
    expect(provider.chats).toEqual([])
    const again = await stage.emulator.botpress.install(installation.options)
    await again.invoke('unregister', { webhookUrl: again.webhookUrl })
    for (const action of ['incoming_event', 'chat_deactivated', 'chat_transferred'] as const) {
      provider.registerWebhookByHand(action, again.webhookUrl, String(again.configuration['webhookSecret']))
    }
    const user = await escalated()
    const mark = stage.emulator.journal.mark()
    provider.agent(ANNA).join(chat().id)
    provider.agent(ANNA).write(chat().id, 'hi')
    await settle()
    provider.agent(ANNA).write(chat().id, 'how can I help?')
    await user.say('my own words')
    await settle()
    const heard = user.transcript.filter(({ from }) => from === 'agent')
    expect(heard.map(({ payload, agentName }) => [agentName, payload['text']])).toEqual([
      ['Anna Nowak', 'hi'],
      ['Anna Nowak', 'how can I help?'],
    ])
    expect(vendorCalls(mark).filter((call) => call === 'get_chat')).toHaveLength(1)
  })
})

describe('register', () => {
  it.each([
    ['clientId', { clientId: 'nope' }],
    ['organizationId', { organizationId: '11111111-2222-4333-8444-555555555555' }],
    ['organizationId', { organizationId: 'not a uuid' }],
    ['agentToken', { agentToken: Buffer.from('account:wrong').toString('base64') }],
    ['agentToken', { agentToken: 'not base64 of a pair' }],
    ['groupId', { groupId: 99 }],
    ['webhookSecret', { webhookSecret: '' }],
  ])('names the wrong setting %s', async (setting, settings) => {
    await open({ settings })
    expect(stage.installation.status).toBe('registration_failed')
    expect(stage.installation.statusReason).toContain(setting)
  })

  it('makes four webhooks, keeps them when the settings are saved again, and removes them in the end', async () => {
    await open()
    const { installation, emulator } = stage
    const made = (mark: number) =>
      emulator.journal.since(mark, 'vendor').filter(({ label }) => label.endsWith('/register_webhook'))
    expect(made(0)).toHaveLength(4)
    let mark = emulator.journal.mark()
    await installation.configure({ ...installation.configuration })
    expect(installation.status).toBe('registered')
    expect(made(mark)).toHaveLength(0)
    mark = emulator.journal.mark()
    await installation.configure({ ...installation.configuration, webhookSecret: 'a new webhook secret' })
    expect(made(mark)).toHaveLength(4)
    expect(vendorCalls(mark).filter((call) => call === 'unregister_webhook')).toHaveLength(4)
    mark = emulator.journal.mark()
    await installation.uninstall()
    expect(vendorCalls(mark).filter((call) => call === 'unregister_webhook')).toHaveLength(4)
  })

  it('makes again what somebody has removed in LiveChat, when Botpress repeats it, and no more', async () => {
    await open()
    const { installation, emulator, provider } = stage
    expect(installation.configureRequests).toEqual([{ scheduleRegisterCall: 'daily' }])
    await removeWebhooks()
    const mark = emulator.journal.mark()
    await emulator.clock.advance(DAY_MS)
    await emulator.settled()
    expect(installation.status).toBe('registered')
    expect(vendorCalls(mark).filter((call) => call === 'register_webhook')).toHaveLength(4)
    const again = emulator.journal.mark()
    await emulator.clock.advance(DAY_MS)
    await emulator.settled()
    expect(vendorCalls(again)).toContain('list_webhooks')
    expect(vendorCalls(again)).not.toContain('register_webhook')
    const user = await escalated()
    provider.agent(ANNA).join(chat().id)
    provider.agent(ANNA).write(chat().id, 'here I am again')
    await settle()
    expect(user.transcript.map(({ payload }) => payload['text'])).toContain('here I am again')
  })

  it('of another group takes effect with the next session', async () => {
    await open()
    const { installation } = stage
    await installation.configure({ ...installation.configuration, groupId: OTHER_GROUP })
    expect(installation.status).toBe('registered')
    await escalated()
    expect(chat().groupIds).toEqual([OTHER_GROUP])
  })
})

const [, OTHER_GROUP = -1] = defaultSeed.groups.map(({ id }) => id)

/** What an administrator does in the Developer Console. */
async function removeWebhooks(): Promise<void> {
  const { agentToken, clientId } = z
    .object({ agentToken: z.string(), clientId: z.string() })
    .parse(stage.installation.configuration)
  const call = async (action: string, body: object): Promise<unknown> => {
    const answer = await fetch(`https://api.livechatinc.com/v3.6/configuration/action/${action}`, {
      method: 'POST',
      headers: { authorization: `Basic ${agentToken}`, 'content-type': 'application/json' },
      body: JSON.stringify({ owner_client_id: clientId, ...body }),
    })
    return answer.json()
  }
  const listed = z.array(z.object({ id: z.string() })).parse(await call('list_webhooks', {}))
  expect(listed).toHaveLength(4)
  for (const { id } of listed) await call('unregister_webhook', { id })
}
