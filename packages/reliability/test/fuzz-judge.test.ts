import type { MemoryCall } from '@hitl/sandbox/memory-network'
import { describe, expect, it } from 'vitest'
import { judge } from '../src/fuzz/judge'
import type { MadeRequest } from '../src/fuzz/make-request'

const forwarded = { method: 'POST', path: '/', query: '', headers: {}, body: '{}' }
const ours = { threadKey: 't1', conversationId: 'conv_1' }
const ofOurs: MadeRequest = { forwarded, isAuthentic: true, session: ours, recording: 'r', forgery: undefined }
const ofAnother: MadeRequest = { ...ofOurs, session: undefined }
const forged: MadeRequest = { ...ofOurs, isAuthentic: false, forgery: 'unsigned' }

const asked = (method: string, address: string, body: object = {}, status = 200): MemoryCall => ({
  method,
  url: new URL(address),
  body: JSON.stringify(body),
  status,
  answer: '{}',
})
const BOTPRESS = 'http://127.0.0.1/v1/chat'
const message = (conversationId: string, status = 201) =>
  asked('POST', `${BOTPRESS}/messages`, { conversationId }, status)

const offenceOf = (made: MadeRequest, status: number, ...calls: MemoryCall[]) =>
  judge(made, { answer: { status, body: '{}' }, calls, ms: 1 }, [])?.what

describe('the judge', () => {
  it('lets a webhook of ours be told to its own conversation', () => {
    expect(offenceOf(ofOurs, 200, message('conv_1'))).toBeUndefined()
  })

  it('sees what is written into the conversation of another', () => {
    expect(offenceOf(ofOurs, 200, message('conv_1'), message('conv_2'))).toBe(
      'something was written into the conversation of another'
    )
    expect(offenceOf(ofOurs, 200, message('conv_2', 404))).toBeUndefined()
  })

  it('sees what is made for a thread that no bot opened', () => {
    const what = 'something was made for a thread that no bot opened'
    expect(offenceOf(ofAnother, 200, asked('POST', `${BOTPRESS}/users`, {}, 201))).toBe(what)
    expect(offenceOf(ofAnother, 200, asked('GET', `${BOTPRESS}/conversations`))).toBeUndefined()
    expect(offenceOf(ofAnother, 200, asked('PATCH', 'https://api.example.com/messages/1'))).toBeUndefined()
  })

  it('sees a call of the provider, and a write, without a proof', () => {
    const what = 'something was done without a proof'
    expect(offenceOf(forged, 401, asked('GET', 'https://api.example.com/agents/1'))).toBe(what)
    expect(offenceOf(forged, 401, message('conv_1', 400))).toBe(what)
    expect(offenceOf(forged, 401, asked('GET', `${BOTPRESS}/conversations`))).toBeUndefined()
  })

  it.each(['GET', 'head'])('sees what is done for a proven %s', (method) => {
    const probe = { ...ofOurs, forwarded: { ...forwarded, method } }
    expect(offenceOf(probe, 200)).toBeUndefined()
    expect(offenceOf(probe, 200, message('conv_1'))).toBe('something was done without a proof')
  })

  it('lets a list of events of ours be put off, and nothing else', () => {
    const list = { ...forwarded, body: ' [{}]' }
    expect(offenceOf({ ...ofOurs, forwarded: list }, 503)).toBeUndefined()
    expect(offenceOf(ofOurs, 503)).toBe('a 5xx was answered')
    expect(offenceOf({ ...ofAnother, forwarded: list }, 503)).toBe('a 5xx was answered')
    expect(offenceOf({ ...forged, forwarded: list }, 503)).toBe('a 5xx was answered')
  })

  it.each([
    ['PUT', 405, '{}'],
    ['POST', 413, 'a'.repeat(1024 * 1024 + 1)],
  ])('wants %s answered %i', (method, status, body) => {
    const made = { ...ofOurs, forwarded: { ...forwarded, method, body } }
    expect(offenceOf(made, status)).toBeUndefined()
    expect(offenceOf(made, 200)).toBe('the status is not what it should be')
  })
})
