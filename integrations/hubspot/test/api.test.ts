import { type AgentMessage, ProviderHttpError, ProviderUnreachableError } from '@hitl/core'
import { describe, expect, it, vi } from 'vitest'
import {
  type Answer,
  CHANNEL,
  CHANNELS,
  failsWith,
  MISSING,
  PAGE,
  refusal,
  type Route,
  secrets,
  SET_UP,
  shortenWaits,
  useWorld,
  type World,
} from './helpers'

const world = useWorld()

const ACTOR: Route = 'GET /conversations/v3/conversations/actors/A-2620022'
const profile = (w: World, id = 'A-2620022') => w.api().getAgent(id, w.thread)
const actor = (more: object): Answer => ({
  json: { id: 'A-2620022', type: 'AGENT', email: 'anna@example.com', ...more },
})
const avatar = 'https://avatars.hubspot.net/anna.png'

describe('the profile of an agent', () => {
  it('is their name and picture, from one call', async () => {
    const w = world()
    w.vendor.on(ACTOR, actor({ name: 'Anna Reed', avatar }))
    expect(await profile(w)).toEqual({ id: 'A-2620022', name: 'Anna Reed', pictureUrl: avatar })
    expect(w.vendor.calls).toEqual([w.call(ACTOR)])
  })

  it.each<[string, object, object]>([
    ['neither', {}, {}],
    ['null for both', { name: null, avatar: null }, {}],
    ['an empty name', { name: '', avatar }, { pictureUrl: avatar }],
    ['no picture', { name: 'Anna' }, { name: 'Anna' }],
    ['a picture that is not encrypted', { name: 'Anna', avatar: 'http://avatars.hubspot.net/a.png' }, { name: 'Anna' }],
    ['a picture in itself', { name: 'Anna', avatar: 'data:image/png;base64,AAAA' }, { name: 'Anna' }],
    ['a picture of another type', { name: 5, avatar: { url: avatar } }, {}],
  ])('is what there is of it when HubSpot tells %s', async (_, more, known) => {
    const w = world()
    w.vendor.on(ACTOR, actor(more))
    expect(await profile(w)).toEqual({ id: 'A-2620022', ...known })
  })

  it('never holds the e-mail address', async () => {
    const w = world()
    w.vendor.on(ACTOR, actor({ name: null }))
    expect(JSON.stringify(await profile(w))).not.toContain('@')
  })

  it('is asked for by the id as it is, in its part of the address', async () => {
    const w = world()
    w.vendor.on('GET /conversations/v3/conversations/actors/E-anna%40example.com%2F%3Fa', actor({ name: 'Anna' }))
    expect(await profile(w, 'E-anna@example.com/?a')).toEqual({ id: 'E-anna@example.com/?a', name: 'Anna' })
  })

  it.each<[string, Answer, object]>([
    ['nobody has this id', MISSING, { status: 404, retryable: false }],
    ['it may not be read', refusal(403), { status: 403, retryable: false }],
  ])('fails when %s', async (_, answer, told) => {
    const w = world()
    w.vendor.on(ACTOR, answer)
    expect(await failsWith(ProviderHttpError, profile(w))).toMatchObject(told)
  })

  it('is asked for again when the answer is a page', async () => {
    const w = world()
    shortenWaits()
    w.vendor.on(ACTOR, PAGE).on(ACTOR, actor({ name: 'Anna' }))
    expect(await profile(w)).toMatchObject({ name: 'Anna' })
  })
})

const REPORT: Route = `PATCH ${CHANNELS}/${CHANNEL}/messages/3f2a-message`
const message: AgentMessage = {
  type: 'agentMessage',
  threadKey: 'portal/thread',
  agent: { id: 'A-1' },
  messageId: '3f2a-message',
  parts: [{ kind: 'text', text: secrets.userText }],
  wantsReceipt: true,
}
const report = async (w: World, failure?: string, about: Partial<AgentMessage> = {}) =>
  w.api().reportDelivery?.({ ...message, ...about }, failure)

describe('what became of an agent’s message', () => {
  it('is shown as sent when it was delivered', async () => {
    const w = world()
    w.vendor.on(REPORT)
    await report(w)
    expect(w.vendor.calls).toEqual([w.call(REPORT, { body: { statusType: 'SENT' } })])
  })

  it('is shown as failed, with the reason, when it was not', async () => {
    const w = world()
    w.vendor.on(REPORT)
    await report(w, 'The user has left.')
    expect(w.vendor.calls).toEqual([
      w.call(REPORT, { body: { statusType: 'FAILED', errorMessage: 'The user has left.' } }),
    ])
  })

  it('is told in one call, whatever the answer says', async () => {
    const w = world()
    w.vendor.on(REPORT, { json: ['anything'] }).on(REPORT, { status: 204, text: '' })
    await report(w)
    await report(w)
    expect(w.vendor.names()).toEqual([REPORT, REPORT])
  })

  it('keeps its id in its part of the address', async () => {
    const w = world()
    const route: Route = `PATCH ${CHANNELS}/${CHANNEL}/messages/a%2Fb%3Fc`
    w.vendor.on(route)
    await report(w, undefined, { messageId: 'a/b?c' })
    expect(w.vendor.names()).toEqual([route])
  })

  it.each<[string, object, string | undefined]>([
    ['no channel is noted', { ...SET_UP, channelId: undefined }, undefined],
    ['nothing is noted', {}, undefined],
    ['the noted channel is that of another app', SET_UP, '999999'],
  ])('is not told when %s', async (_, note, appId) => {
    const w = world()
    await w.storeNote(note, appId)
    await report(w)
    expect(w.vendor.calls).toEqual([])
  })

  it.each<[string, number]>([
    ['a message that is gone', 404],
    ['a missing scope', 403],
  ])('is an error for core to pass over: %s', async (_, status) => {
    const w = world()
    w.vendor.on(REPORT, status === 404 ? MISSING : refusal(status))
    expect(await failsWith(ProviderHttpError, report(w))).toMatchObject({ status, retryable: false })
  })

  it('is told again after a passing failure: it may be said twice', async () => {
    const w = world()
    shortenWaits()
    w.vendor.on(REPORT, refusal(502)).on(REPORT)
    await report(w)
    expect(w.vendor.count(REPORT)).toBe(2)
  })

  it('is given up after two seconds without an answer, so that the webhook is answered in time', async () => {
    const w = world()
    const limits: number[] = []
    const original = AbortSignal.timeout.bind(AbortSignal)
    vi.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => {
      limits.push(ms)
      return original(10)
    })
    shortenWaits()
    w.vendor.whenever(REPORT, { drop: 'ECONNRESET' })
    await failsWith(ProviderUnreachableError, report(w))
    expect(new Set(limits)).toEqual(new Set([2_000]))
  })
})
