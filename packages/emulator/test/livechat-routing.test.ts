import { beforeEach, describe, expect, it } from 'vitest'
import { defaultSeed } from '../src/providers/livechat'
import { at, groupOne, Kit, text } from './livechat-kit'

const anna = 'anna@example.com'
const ben = 'ben@example.com'

let kit: Kit
beforeEach(() => {
  kit = new Kit()
  kit.listen()
})

describe('the router', () => {
  it('assigns nobody unless told to', async () => {
    const { chatId } = await kit.start(await kit.login())
    await kit.clock.advance(3_600_000)
    expect(kit.lc.chat(chatId).agents).toEqual([])
    kit.clock.reset()
  })

  it('assigns after the delay, and not to a chat somebody took meanwhile', async () => {
    kit.lc.configure({ autoAssign: { delayMs: 5000 } })
    const late = await kit.start(await kit.login())
    expect(kit.actions).toEqual(['incoming_chat'])
    const taken = await kit.start(await kit.login())
    kit.lc.agent(anna).join(taken.chatId)
    kit.sent.length = 0
    await kit.clock.advance(5000)
    expect(kit.payloads('user_added_to_chat')).toMatchObject([{ chat_id: late.chatId, user: { id: anna } }])
    kit.clock.reset()
  })

  it('does not assign after a reset', async () => {
    kit.lc.configure({ autoAssign: { delayMs: 5000 } })
    await kit.start(await kit.login())
    kit.lc.reset()
    kit.sent.length = 0
    await kit.clock.advance(5000)
    expect(kit.sent).toEqual([])
    kit.clock.reset()
  })

  it('with delay 0 delivers the assignment before start_chat answers', async () => {
    kit.lc.configure({ autoAssign: { delayMs: 0 } })
    const order: string[] = []
    kit.deliverTo = async (sent) => {
      await new Promise((resolve) => setTimeout(resolve, 20))
      order.push(sent.delivery.label)
      return { status: 200, attempts: 1 }
    }
    await kit.start(await kit.login())
    order.push('answer')
    expect(order.toSorted()).toEqual(['answer', 'incoming_chat', 'user_added_to_chat'])
    expect(order.at(-1)).toBe('answer')
    expect(at(kit.payloads('incoming_chat')[0], 'chat', 'users', 1)).toMatchObject({ id: anna, present: true })
  })

  it('does not hold an answer longer than it may', async () => {
    kit.lc.configure({ answerAfterWebhooks: true, holdAnswerMs: 30 })
    kit.deliverTo = () => new Promise(() => undefined)
    const startedAt = performance.now()
    await kit.start(await kit.login())
    expect(performance.now() - startedAt).toBeGreaterThan(25)
  })

  it('answers without waiting for webhooks otherwise', async () => {
    kit.deliverTo = () => new Promise(() => undefined)
    await expect(kit.start(await kit.login())).resolves.toMatchObject({ chatId: expect.any(String) })
  })

  it('gives chats to the agent with the fewest, up to the maximum', async () => {
    const [first, second] = defaultSeed.agents
    if (!first || !second) throw new Error('the seed has two agents')
    kit.lc.seed({
      ...defaultSeed,
      agents: [
        { ...first, maxChats: 1 },
        { ...second, maxChats: 1, groupIds: [1] },
      ],
    })
    kit.lc.configure({ autoAssign: { delayMs: 0 } })
    const agents: (readonly string[])[] = []
    for (let n = 0; n < 3; n += 1) agents.push(kit.lc.chat((await kit.start(await kit.login())).chatId).agents)
    expect(agents).toEqual([[anna], [ben], []])
    expect(kit.lc.chats[2]?.threads[0]?.queue).toMatchObject({ position: 1 })
  })

  it('assigns a queued chat on demand, with chat_transferred and user_added_to_chat', async () => {
    kit.lc.setAgentStatus(anna, 'not_accepting_chats')
    const { chatId } = await kit.start(await kit.login())
    expect(() => kit.lc.system.assign(chatId)).toThrow('no agent')
    kit.lc.setAgentStatus(anna, 'accepting_chats')
    expect(kit.lc.system.assign(chatId)).toBe(anna)
    expect(kit.payloads('chat_transferred')).toMatchObject([
      { reason: 'assigned', transferred_to: { agent_ids: [anna] } },
    ])
    expect(kit.payloads('user_added_to_chat')).toMatchObject([{ user: { id: anna } }])
  })

  it('opens no routing for a thread that starts inactive', async () => {
    kit.lc.configure({ autoAssign: { delayMs: 0 } })
    const { chatId } = await kit.start(await kit.login(), { active: false })
    expect(kit.lc.chat(chatId)).toMatchObject({ active: false, agents: [] })
  })
})

describe('an agent', () => {
  it('sees waiting chats of the own groups and of everyone, not those a bot has', async () => {
    const sales = await kit.start(await kit.login())
    const everyone = await kit.start(await kit.login(), {
      chat: { thread: { properties: { routing: { ignore_bots: true } } } },
    })
    await kit.customer(await kit.login(), 'start_chat')
    const waiting = (email: string) =>
      kit.lc
        .agent(email)
        .waiting()
        .map((chat) => chat.id)
    expect(waiting(anna)).toEqual([sales.chatId, everyone.chatId])
    expect(waiting(ben)).toEqual([everyone.chatId])
    kit.lc.agent(anna).join(sales.chatId)
    expect(waiting(anna)).toEqual([everyone.chatId])
  })

  it('takes a chat over from the bot', async () => {
    const { body } = await kit.customer(await kit.login(), 'start_chat')
    const chatId = text(body, 'chat_id')
    expect(kit.payloads('user_added_to_chat')).toMatchObject([{ user: { name: 'Eager bot', type: 'agent' } }])
    kit.lc.agent(anna).join(chatId)
    expect(kit.lc.chat(chatId).agents).toEqual([anna])
    expect(kit.payloads('user_removed_from_chat')).toMatchObject([{ user_id: defaultSeed.bots?.[0]?.id }])
  })

  it('cannot write without joining, after the end, or more than 16 KB', async () => {
    const { chatId } = await kit.start(await kit.login())
    const agent = kit.lc.agent(anna)
    expect(() => agent.write(chatId, 'hi')).toThrow('has not joined')
    agent.join(chatId)
    expect(() => agent.write(chatId, 'x'.repeat(16_385))).toThrow('16384')
    agent.close(chatId)
    expect(() => agent.write(chatId, 'hi')).toThrow('Chat is inactive')
    expect(() => kit.lc.agent('nobody@example.com')).toThrow('nobody@example.com')
  })
})

it('shows chats as copies', async () => {
  const { chatId } = await kit.start(await kit.login(), groupOne([{ type: 'message', text: 'one' }]))
  const before = kit.lc.chat(chatId)
  kit.lc.agent(anna).join(chatId)
  expect(before).toMatchObject({ agents: [], threads: [{ events: [{ content: { text: 'one' } }] }] })
  expect(kit.lc.chat(chatId).threads[0]?.events).toHaveLength(2)
})
