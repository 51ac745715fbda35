import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { defaultSeed } from '../src/providers/hubspot'
import {
  app,
  capabilities,
  channelsApi,
  conversationsApi,
  emailOf,
  helpDesk,
  HubSpotKit,
  opaque,
  results,
  sales,
  textAt,
} from './hubspot-kit'
import { nested } from './world'

let kit: HubSpotKit
beforeAll(async () => {
  kit = await HubSpotKit.start()
})
afterAll(() => kit.close())
beforeEach(() => kit.reset())
afterEach(() => kit.emulator.clock.reset())

const full = () => ({
  name: 'Bot',
  webhookUrl: kit.webhookUrl,
  channelDescription: 'A bot',
  channelLogoUrl: 'https://files.example.com/logo.png',
  channelAccountConnectionRedirectUrl: 'https://files.example.com/connect',
  capabilities,
})

describe('a channel', () => {
  it.each(['2025-09', '2026-03', '2026-09', 'v3'])('is made at the path of %s as well', async (version) => {
    const { status, body, headers } = await kit.dev('POST', `/conversations/custom-channels/${version}`, full())
    expect(status).toBe(201)
    expect(body).toEqual({ ...full(), id: expect.stringMatching(/^\d+$/), createdAt: expect.any(String) })
    expect(headers.get('location')).toContain(textAt(body, 'id'))
  })

  it('is the same under every path', async () => {
    const id = await kit.channel()
    for (const path of [channelsApi, '/conversations/custom-channels/2026-03']) {
      expect((await kit.dev('GET', `${path}/${id}`)).body['id']).toBe(id)
    }
  })

  it('needs a name and capabilities only', async () => {
    expect((await kit.dev('POST', channelsApi, { name: 'Bot', capabilities: {} })).status).toBe(201)
    expect((await kit.dev('POST', channelsApi, { name: 'Bot' })).status).toBe(400)
    expect((await kit.dev('POST', channelsApi, { capabilities: {} })).status).toBe(400)
  })

  it.each([
    ['objects as identifier types', { deliveryIdentifierTypes: [{ type: 'HS_EMAIL_ADDRESS' }] }],
    ['another identifier type', { deliveryIdentifierTypes: ['EMAIL'] }],
    ['another threading model', { threadingModel: 'THREAD' }],
    ['a rich text that is no list', { richText: 'BOLD' }],
    ['an unknown rich text', { richText: ['UNDERLINE'] }],
    ['a flag as text', { allowInlineImages: 'true' }],
    ['a negative count', { maxFileAttachmentCount: -1 }],
    ['a broken media type', { allowedFileAttachmentMimeTypes: ['png'] }],
    ['an unknown key', { allowStickers: true }],
  ])('is refused for %s', async (_what, bad) => {
    const { status, body } = await kit.dev('POST', channelsApi, {
      ...full(),
      capabilities: { ...capabilities, ...bad },
    })
    expect(status).toBe(400)
    expect(body).toMatchObject({
      status: 'error',
      category: 'VALIDATION_ERROR',
      subCategory: 'CustomChannelsError.INVALID_CHANNEL_CAPABILITY_VALUES',
    })
    expect(String(nested(body, 'context')['capabilityKeysAndValues'])).toContain(Object.keys(bad)[0])
  })

  it.each([
    ['an http address', { webhookUrl: 'http://webhook.botpress.cloud/x' }],
    ['an unknown key', { description: 'x' }],
    ['an empty name', { name: ' ' }],
  ])('is refused for %s', async (_what, bad) => {
    expect((await kit.dev('POST', channelsApi, { ...full(), ...bad })).status).toBe(400)
  })

  it('is changed with all six keys', async () => {
    const id = await kit.channel()
    const changed = { ...full(), name: 'Other', webhookUrl: `${kit.webhookUrl}/other` }
    expect((await kit.dev('PATCH', `${channelsApi}/${id}`, changed)).body).toMatchObject(changed)
    const bare = { ...changed, channelLogoUrl: '', channelAccountConnectionRedirectUrl: '' }
    expect((await kit.dev('PATCH', `${channelsApi}/${id}`, bare)).status).toBe(200)
    expect((await kit.dev('PATCH', `${channelsApi}/${id}`, { ...bare, webhookUrl: '' })).status).toBe(400)
    for (const key of Object.keys(changed)) {
      const { [key]: _left, ...rest } = Object.fromEntries(Object.entries(changed))
      expect((await kit.dev('PATCH', `${channelsApi}/${id}`, rest)).status).toBe(400)
    }
  })

  it('is archived by a delete, and its accounts with it', async () => {
    const desk = await kit.desk()
    expect((await kit.dev('DELETE', `${channelsApi}/${desk.channelId}`)).status).toBe(204)
    expect((await kit.dev('GET', `${channelsApi}/${desk.channelId}`)).status).toBe(404)
    expect((await kit.publish(desk)).status).toBe(404)
    expect(results(await kit.dev('GET', channelsApi))).toEqual([])
    expect(kit.hub.channels.map(({ archived }) => archived)).toEqual([true])
  })

  it.each(['', `hapikey=${app.developerKey}`, `appId=${app.id}`, `hapikey=wrong&appId=${app.id}`])(
    'is not shown to who has the credential "%s"',
    async (credential) => {
      const { status, raw } = await kit.send('GET', `${channelsApi}?${credential}`)
      expect(status).toBe(401)
      expect(raw).toContain('INVALID_AUTHENTICATION')
      expect(raw).not.toContain(app.developerKey)
    }
  )

  it('is not shown to another app', async () => {
    expect((await kit.send('GET', `${channelsApi}?hapikey=${app.developerKey}&appId=1`)).status).toBe(401)
  })

  it('is listed in pages', async () => {
    kit.hub.configure({ channelPageSize: 2 })
    const ids: string[] = []
    for (let i = 0; i < 5; i += 1) ids.push(await kit.channel({ name: `Bot ${i}` }))
    const first = await kit.dev('GET', channelsApi)
    expect(first.body['total']).toBe(5)
    expect(results(first).map(({ id }) => id)).toEqual(ids.slice(0, 2))
    const after = textAt(first.body, 'paging', 'next', 'after')
    expect(results(await kit.dev('GET', `${channelsApi}?after=${after}&limit=3`)).map(({ id }) => id)).toEqual(
      ids.slice(2)
    )
    expect((await kit.dev('GET', `${channelsApi}?after=4`)).body['paging']).toBeUndefined()
    expect((await kit.dev('GET', `${channelsApi}?limit=0`)).status).toBe(400)
    expect((await kit.dev('GET', `${channelsApi}?page=1`)).status).toBe(400)
  })

  it('takes a while to be known', async () => {
    kit.hub.configure({ channelPropagationMs: 60_000 })
    const id = await kit.channel()
    expect(results(await kit.dev('GET', channelsApi))).toEqual([])
    expect((await kit.dev('GET', `${channelsApi}/${id}`)).status).toBe(404)
    expect((await kit.account(id)).status).toBe(404)
    expect((await kit.call('GET', `${channelsApi}/${id}/channel-accounts`)).status).toBe(404)
    await kit.emulator.clock.advance(60_000)
    expect(results(await kit.dev('GET', channelsApi))).toHaveLength(1)
    expect((await kit.account(id)).status).toBe(201)
  })

  it('stands beside the generic ones', async () => {
    const id = await kit.channel()
    const ids = results(await kit.call('GET', `${conversationsApi}/channels`)).map((one) => one['id'])
    expect(ids).toEqual(['1000', '1001', '1002', id])
    expect((await kit.call('GET', `${conversationsApi}/channels/${id}`)).body['name']).toBe('Bot')
    expect((await kit.call('GET', `${conversationsApi}/channels/1`)).status).toBe(404)
  })
})

describe('a channel account', () => {
  const accounts = (id: string) => `${channelsApi}/${id}/channel-accounts`

  it('is made in an inbox', async () => {
    const channelId = await kit.channel()
    const { status, body } = await kit.account(channelId, { inboxId: sales })
    expect(status).toBe(201)
    expect(body).toEqual({
      id: expect.stringMatching(/^\d+$/),
      channelId,
      inboxId: sales,
      name: 'Bot',
      active: true,
      authorized: true,
      archived: false,
      createdAt: expect.any(String),
      deliveryIdentifier: opaque('bot-1'),
    })
    expect((await kit.call('GET', `${accounts(channelId)}/${textAt(body, 'id')}?archived=false`)).body).toEqual(body)
  })

  it.each([
    ['an unknown inbox', { inboxId: '1' }],
    ['a missing inbox', { inboxId: undefined }],
    ['a missing name', { name: undefined }],
    ['a missing authorized', { authorized: undefined }],
    ['an unknown field', { active: true }],
    ['an identifier of no type', { deliveryIdentifier: { value: 'x' } }],
    ['an identifier with more in it', { deliveryIdentifier: { ...opaque('x'), name: 'y' } }],
    ['a broken address', { deliveryIdentifier: emailOf('nobody') }],
  ])('is refused for %s', async (_what, bad) => {
    const { status, body } = await kit.account(await kit.channel(), bad)
    expect(status).toBe(400)
    expect(body['category']).toBe('VALIDATION_ERROR')
  })

  it('has an identifier of its own on the channel', async () => {
    const first = await kit.channel()
    expect((await kit.account(first)).status).toBe(201)
    expect((await kit.account(first)).status).toBe(409)
    expect((await kit.account(first, { deliveryIdentifier: opaque('bot-2') })).status).toBe(201)
    expect((await kit.account(await kit.channel())).status).toBe(201)
  })

  it('is found by identifier, page by page', async () => {
    const id = await kit.channel()
    for (const value of ['a', 'b', 'c']) await kit.account(id, { deliveryIdentifier: opaque(value) })
    const found = await kit.call('GET', `${accounts(id)}?deliveryIdentifierValue=b`)
    expect(results(found)).toMatchObject([{ deliveryIdentifier: opaque('b') }])
    const page = await kit.call('GET', `${accounts(id)}?limit=2`)
    expect(results(page)).toHaveLength(2)
    expect(nested(page.body, 'paging', 'next')['after']).toBe('2')
    expect(results(await kit.call('GET', `${accounts(id)}?archived=true`))).toEqual([])
    expect(results(await kit.call('GET', `${accounts(id)}?deliveryIdentifierType=HS_SHORT_CODE`))).toEqual([])
  })

  it('is switched off, and keeps its inbox', async () => {
    const desk = await kit.desk()
    const path = `${accounts(desk.channelId)}/${desk.accountId}`
    expect((await kit.call('PATCH', path, { inboxId: sales })).status).toBe(400)
    expect((await kit.call('PATCH', path, { authorized: false, name: 'Off' })).body).toMatchObject({
      name: 'Off',
      authorized: false,
      active: false,
      inboxId: helpDesk,
    })
    expect((await kit.publish(desk)).status).toBe(400)
    expect(kit.hub.channelAccounts).toMatchObject([{ name: 'Off', authorized: false }])
  })

  it('cannot be deleted', async () => {
    const { channelId, accountId } = await kit.desk()
    expect((await kit.call('DELETE', `${accounts(channelId)}/${accountId}`)).status).toBe(501)
    expect(kit.emulator.unlisted).toHaveLength(1)
  })

  it('belongs to one channel', async () => {
    const { accountId } = await kit.desk()
    const other = await kit.channel()
    expect((await kit.call('GET', `${accounts(other)}/${accountId}`)).status).toBe(404)
  })

  it('tells the channel when it is made and changed', async () => {
    const { channelId, accountId } = await kit.desk()
    await kit.call('PATCH', `${accounts(channelId)}/${accountId}`, { name: 'New' })
    const shape = {
      portalId: String(defaultSeed.portalId),
      channelId,
      channelAccountId: accountId,
      channelAccountDeliveryIdentifier: opaque('bot-1'),
      eventTimestamp: expect.stringMatching(/Z$/),
    }
    expect(await kit.channelHooks('CHANNEL_ACCOUNT_CREATED')).toEqual([{ type: 'CHANNEL_ACCOUNT_CREATED', ...shape }])
    expect(await kit.channelHooks('CHANNEL_ACCOUNT_UPDATED')).toEqual([{ type: 'CHANNEL_ACCOUNT_UPDATED', ...shape }])
  })

  it('needs the scope to read, and the one to write', async () => {
    kit.hub.seed({ ...defaultSeed, scopes: ['conversations.custom_channels.read'] })
    const id = await kit.channel()
    expect((await kit.call('GET', accounts(id))).status).toBe(200)
    expect((await kit.account(id)).status).toBe(403)
  })

  it('is shown in the conversations API', async () => {
    const { channelId, accountId } = await kit.desk(sales)
    const path = `${conversationsApi}/channel-accounts`
    expect(results(await kit.call('GET', `${path}?channelId=${channelId}&inboxId=${sales}`))).toMatchObject([
      { id: accountId },
    ])
    expect(results(await kit.call('GET', `${path}?inboxId=${helpDesk}`))).toEqual([])
  })
})
