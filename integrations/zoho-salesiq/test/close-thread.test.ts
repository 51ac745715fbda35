import { ProviderHttpError, ProviderUnreachableError, RateLimitedError } from '@hitl/core'
import { describe, expect, it } from 'vitest'
import {
  type Answer,
  conversationId,
  conversationIn,
  data,
  failsWith,
  failureOf,
  hexId,
  PAGE,
  refusal,
  type Route,
  shortenWaits,
  thread,
  useWorld,
  type World,
} from './helpers'

const world = useWorld()

const OPERATOR: Route = `PUT rest/conversations/${conversationId}/close`
const OPERATOR_POST: Route = `POST rest/conversations/${conversationId}/close`
const VISITOR: Route = `PUT visitorV2/conversations/${hexId}/close`
const VISITOR_POST: Route = `POST visitorV2/conversations/${hexId}/close`
const STATE: Route = `GET rest/conversations/${conversationId}`
const SEND: Route = `POST visitor/conversations/${conversationId}/messages`

const close = (w: World, which = thread) => w.api().closeThread(which)
const GOODBYE = { text: 'The user has ended this conversation.' }
const ended = data({ id: conversationId, chat_status: { state: 4, state_key: 'end' } })
const notAllowed = refusal(1009)

describe('closing a thread', () => {
  it.each<[string, Answer]>([
    ['the closed conversation', ended],
    ['an empty body', { text: '' }],
  ])('takes one call as the operator’s side, answered by %s', async (_, answer) => {
    const w = world()
    w.vendor.on(OPERATOR, answer)
    await close(w)
    expect(w.vendor.calls).toEqual([w.call(OPERATOR)])
  })

  it.each<[string, Answer]>([
    ['code 1004', refusal(1004)],
    ['code 1004 and status 400', refusal(1004, 400)],
    ['status 405', { status: 405, text: '' }],
  ])('is tried with POST where SalesIQ wants another method, told by %s', async (_, answer) => {
    const w = world()
    w.vendor.on(OPERATOR, answer).on(OPERATOR_POST, ended)
    await close(w)
    expect(w.vendor.calls).toEqual([w.call(OPERATOR), w.call(OPERATOR_POST)])
  })

  it.each<[string, Answer]>([
    ['the scope', notAllowed],
    ['the scope, with status 401', refusal(1009, 401)],
    ['an unknown code', refusal(6_001)],
    ['the address', refusal(1006)],
    ['status 403', { status: 403, text: '' }],
    ['status 404 and a page', { ...PAGE, status: 404 }],
  ])('is done as the visitor’s side, by the other id, when the operator’s is refused for %s', async (_, answer) => {
    const w = world()
    w.vendor.on(OPERATOR, answer).on(VISITOR, ended)
    await close(w)
    expect(w.vendor.calls).toEqual([w.call(OPERATOR), w.call(VISITOR)])
  })

  it('is tried with POST as the visitor’s side, too', async () => {
    const w = world()
    w.vendor
      .on(OPERATOR, refusal(1004))
      .on(OPERATOR_POST, notAllowed)
      .on(VISITOR, refusal(1004))
      .on(VISITOR_POST, ended)
    await close(w)
    expect(w.vendor.names()).toEqual([OPERATOR, OPERATOR_POST, VISITOR, VISITOR_POST])
  })

  it('goes by the numeric id where the other is not known', async () => {
    const w = world()
    const route: Route = `PUT visitorV2/conversations/${conversationId}/close`
    w.vendor.on(OPERATOR, notAllowed).on(route, ended)
    await close(w, { id: thread.id, appId: thread.appId, keys: [] })
    expect(w.vendor.calls.at(-1)).toEqual(w.call(route))
  })

  it('says goodbye where neither side may close, and warns that the agent has to', async () => {
    const w = world()
    w.vendor.on(OPERATOR, notAllowed).on(VISITOR, refusal(6_001)).on(STATE, conversationIn('connected')).on(SEND)
    await close(w)
    expect(w.vendor.calls).toEqual([w.call(OPERATOR), w.call(VISITOR), w.call(STATE), w.call(SEND, { body: GOODBYE })])
    expect(w.logLines).toEqual([
      `Zoho SalesIQ does not let the chat be closed from here: the agent has to close it (thread ${conversationId}).`,
    ])
  })

  it('says goodbye also where the state cannot be looked up', async () => {
    const w = world()
    w.vendor.on(OPERATOR, notAllowed).on(VISITOR, notAllowed).on(STATE, notAllowed).on(SEND)
    await close(w)
    expect(w.vendor.bodies(SEND)).toEqual([GOODBYE])
  })

  it('fails when even the goodbye is refused', async () => {
    const w = world()
    w.vendor.on(OPERATOR, notAllowed).on(VISITOR, notAllowed).on(STATE, notAllowed).on(SEND, notAllowed)
    expect(await failsWith(ProviderHttpError, close(w))).toMatchObject({ type: '1009', retryable: false })
  })

  it.each(['end', 'missed'] as const)('succeeds on a chat that is over already (%s), without a word', async (state) => {
    const w = world()
    w.vendor.on(OPERATOR, refusal(6_001)).on(VISITOR, refusal(6_001)).on(STATE, conversationIn(state))
    await close(w)
    expect(w.vendor.names()).toEqual([OPERATOR, VISITOR, STATE])
    expect(w.logLines).toEqual([])
  })

  it('is repeated when the answer is lost, which does no harm', async () => {
    const w = world()
    shortenWaits()
    w.vendor.on(OPERATOR, { drop: 'ECONNRESET' }).on(OPERATOR, { status: 502, text: '' }).on(OPERATOR, ended)
    await close(w)
    expect(w.vendor.names()).toEqual([OPERATOR, OPERATOR, OPERATOR])
  })

  it('is done with a renewed token when SalesIQ refuses the old one', async () => {
    const w = world()
    w.vendor.on(OPERATOR, refusal(1008)).onToken().on(OPERATOR, ended)
    await close(w)
    expect(w.vendor.names()).toEqual([OPERATOR, 'token', OPERATOR])
  })

  it.each<[string, Answer, abstract new (...args: never[]) => Error]>([
    ['SalesIQ cannot be reached', { drop: 'ECONNRESET' }, ProviderUnreachableError],
    ['SalesIQ cannot check the token', refusal(1001), ProviderUnreachableError],
    ['SalesIQ limits the rate', { status: 429, json: {} }, RateLimitedError],
  ])('fails for now, so that it is done later, when %s: no other way is tried', async (_, answer, kind) => {
    const w = world()
    shortenWaits()
    w.vendor.whenever(OPERATOR, answer)
    const error = await failureOf(close(w))
    expect(error).toBeInstanceOf(kind)
    expect(error).toMatchObject({ retryable: true })
    expect(new Set(w.vendor.names())).toEqual(new Set([OPERATOR]))
  })

  it('is done as the visitor’s side when the operator’s has trouble of its own', async () => {
    const w = world()
    shortenWaits()
    w.vendor.whenever(OPERATOR, { status: 500, text: '' }).on(VISITOR, ended)
    await close(w)
    expect(w.vendor.names().at(-1)).toBe(VISITOR)
    expect(new Set(w.vendor.names())).toEqual(new Set([OPERATOR, VISITOR]))
  })

  it('is not taken for done when SalesIQ refuses in words of its own', async () => {
    const w = world()
    w.vendor.on(OPERATOR, { json: { error: 'invalid_request' } }).on(VISITOR, ended)
    await close(w)
    expect(w.vendor.names()).toEqual([OPERATOR, VISITOR])
  })
})
