import { describe, expect, it } from 'vitest'
import { Clock } from '../src/clock'
import { Faults } from '../src/faults'
import { Journal } from '../src/journal'
import type { ProviderServices } from '../src/provider'
import { defaultSeed as hubspotSeed, hubspot } from '../src/providers/hubspot'
import { defaultSeed as livechatSeed } from '../src/providers/livechat'
import { defaultSeed as zohoSeed, zohoSalesIq } from '../src/providers/zoho-salesiq'
import { Kit } from './livechat-kit'

const services = (): ProviderServices => ({
  clock: new Clock(),
  journal: new Journal(),
  faults: new Faults(),
  deliver: async () => ({ status: 200, attempts: 1 }),
  probe: async () => 200,
})

/** A clone proves that it is plain data, and parts it from the emulator it came from. */
const savedBy = (provider: { save(): unknown }): unknown => structuredClone(provider.save())

describe('a LiveChat that comes back', () => {
  const restarted = (before: Kit): Kit => {
    const after = new Kit()
    after.lc.restore(savedBy(before.lc))
    return after
  }

  it('has the same chats, customers, tokens, webhooks and settings', async () => {
    const before = new Kit()
    before.listen(['incoming_event'])
    before.lc.configure({ requireRegion: true, emptyAnswer: 'nothing' })
    const token = await before.login()
    const { chatId } = await before.start(token)
    before.lc.agent('anna@example.com').join(chatId)
    const after = restarted(before)
    expect(after.lc.chats).toEqual(before.lc.chats)
    expect(after.lc.settings).toEqual(before.lc.settings)
    expect(savedBy(after.lc)).toEqual(savedBy(before.lc))
    const event = { type: 'message', text: 'still me' }
    const answer = await after.customer(token, 'send_event', { chat_id: chatId, event }, { 'x-region': 'dal' })
    expect(answer.status).toBe(200)
    after.lc.agent('anna@example.com').write(chatId, 'still here')
    expect(after.actions).toContain('incoming_event')
    expect(before.lc.chat(chatId).threads[0]?.events.map(({ content }) => content['text'])).not.toContain('still here')
  })

  it('gives later times than before, even when its clock is behind', async () => {
    const before = new Kit()
    await before.clock.advance(3_600_000)
    const { chatId } = await before.start(await before.login())
    const after = restarted(before)
    const again = await after.start(await after.login())
    const startedAt = (kit: Kit, id: string) => kit.lc.chat(id).threads[0]?.createdAt ?? ''
    expect(startedAt(after, again.chatId) > startedAt(before, chatId)).toBe(true)
  })

  it('comes back to its own seed with reset', () => {
    const before = new Kit()
    before.lc.seed({ ...livechatSeed, organizationId: 'another-organization' })
    before.lc.addApp({ clientId: 'second-app', redirectUris: [] })
    const after = restarted(before)
    after.lc.reset()
    const organizations = new Map([['another-organization', expect.objectContaining({ apps: expect.any(Map) })]])
    expect(savedBy(after.lc)).toMatchObject({ state: { organizations } })
    expect(savedBy(after.lc)).not.toEqual(savedBy(before.lc))
  })

  it('stays as it is when it cannot take what was saved', async () => {
    const kit = new Kit()
    await kit.start(await kit.login())
    const before = savedBy(kit.lc)
    expect(() => kit.lc.restore({ settings: {}, state: { organizations: 'none' } })).toThrow(TypeError)
    expect(() => kit.lc.restore({ settings: {} })).toThrow(TypeError)
    expect(savedBy(kit.lc)).toEqual(before)
  })
})

describe('a SalesIQ that comes back', () => {
  it('has the same conversations and settings, and goes on counting', () => {
    const before = zohoSalesIq(services())
    before.configure({ tokenAnswer: 'seconds' })
    before.registerWebhookByHand('https://webhook.botpress.cloud/abc', ['conversation.created'])
    const first = before.openOnWebsite({ name: 'Ana', question: 'Hello' })
    before.agent(zohoSeed.operators[0]?.id ?? '').pickUp(first)
    const after = zohoSalesIq(services())
    after.restore(savedBy(before))
    expect(after.conversations).toEqual(before.conversations)
    expect(after.settings).toEqual(before.settings)
    expect(savedBy(after)).toEqual(savedBy(before))
    const second = after.openOnWebsite({ name: 'Ben' })
    expect(BigInt(second)).toBeGreaterThan(BigInt(first))
    const visitors = after.conversations.map(({ visitor }) => visitor.userId)
    expect(new Set(visitors).size).toBe(2)
    expect(after.openOnWebsite()).toBe(nextOf(before))
  })

  /** The same two steps give the same ids wherever they happen. */
  const nextOf = (provider: ReturnType<typeof zohoSalesIq>): string => {
    provider.openOnWebsite({ name: 'Ben' })
    return provider.openOnWebsite()
  }

  it('comes back to its own seed with reset', () => {
    const before = zohoSalesIq(services())
    before.seed({ ...zohoSeed, screenName: 'anotherportal' })
    const after = zohoSalesIq(services())
    after.restore(savedBy(before))
    after.reset()
    expect(savedBy(after)).toMatchObject({ state: { account: { screenName: 'anotherportal' } } })
  })

  it('stays as it is when it cannot take what was saved', () => {
    const provider = zohoSalesIq(services())
    provider.openOnWebsite()
    const before = savedBy(provider)
    expect(() => provider.restore({ settings: {}, seeded: zohoSeed, state: { nextId: 'none' } })).toThrow(TypeError)
    expect(savedBy(provider)).toEqual(before)
  })
})

describe('a HubSpot that comes back', () => {
  it('has the same threads, subscriptions and settings, and goes on counting', () => {
    const before = hubspot(services())
    before.configure({ batchEvents: 5 })
    before.subscribeByHand('https://webhook.botpress.cloud/abc')
    const first = before.openElsewhere({ name: 'Ana' })
    before.agent(hubspotSeed.users[0]?.id ?? 0).attach(first, {
      name: 'manual.txt',
      contentType: 'text/plain',
      bytes: new TextEncoder().encode('manual'),
    })
    const after = hubspot(services())
    after.restore(savedBy(before))
    expect(after.threads).toEqual(before.threads)
    expect(after.files).toEqual(before.files)
    expect(after.subscriptions).toEqual(before.subscriptions)
    expect(after.webhookSettings).toEqual(before.webhookSettings)
    expect(after.settings).toEqual(before.settings)
    expect(savedBy(after)).toEqual(savedBy(before))
    expect(after.openElsewhere()).toBe(before.openElsewhere())
    expect(new Set(after.threads.map(({ id }) => id)).size).toBe(2)
  })

  it('comes back to its own seed with reset', () => {
    const before = hubspot(services())
    before.seed({ ...hubspotSeed, hubDomain: 'another.example' })
    const after = hubspot(services())
    after.restore(savedBy(before))
    after.reset()
    expect(savedBy(after)).toMatchObject({ state: { hubDomain: 'another.example' } })
  })

  it('stays as it is when it cannot take what was saved', () => {
    const provider = hubspot(services())
    provider.openElsewhere()
    const before = savedBy(provider)
    expect(() => provider.restore({ settings: {}, seeded: hubspotSeed, state: { threads: [] } })).toThrow(TypeError)
    expect(savedBy(provider)).toEqual(before)
  })
})
