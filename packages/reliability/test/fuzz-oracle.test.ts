import { request } from 'node:http'
import type { Invoke, InvokeAnswer } from '@hitl/emulator'
import { afterEach, describe, expect, it } from 'vitest'
import { type FuzzOptions, runFuzz } from '../src/fuzz/run-fuzz'
import { providerNamed } from './fuzz-kit'

type Webhook = { method: string; body?: string }

/** An instance that does something of its own to some webhooks, and leaves the others to the bundle. */
const faulty =
  (isMet: (webhook: Webhook, answer: InvokeAnswer) => boolean, act: (answer: InvokeAnswer) => Promise<InvokeAnswer>) =>
  (bundle: Invoke): Invoke =>
  async (invocation) => {
    const { req }: { req: Webhook } = JSON.parse(invocation.body)
    const answer = await bundle(invocation)
    return isMet(req, answer) ? act(answer) : answer
  }

const ifAnswered = (status: number) => (_: Webhook, answer: InvokeAnswer) => answer.status === status
const isAny = () => true
const answering = (answer: InvokeAnswer) => async () => answer

const offenceOf = async (instance: FuzzOptions['instance'], options: Partial<FuzzOptions> = {}) => {
  const given = { requests: 300, seed: 7, ...(instance ? { instance } : {}), ...options }
  const { failure } = await runFuzz(providerNamed('livechat'), given)
  return failure
}

/** A call of the Runtime API as the bundle makes it; what comes of it does not matter. */
const createUser = () =>
  new Promise<void>((resolve, reject) => {
    const address = `${process.env['BP_API_URL']}/v1/chat/users`
    request(address, { method: 'POST' }, (response) => response.resume().on('end', resolve))
      .on('error', reject)
      .end('{}')
  })

describe('the fuzz run finds', { timeout: 60_000 }, () => {
  afterEach(() => Reflect.deleteProperty(Object.prototype, 'polluted'))

  it('nothing in the bundle as it is', async () => {
    expect(await offenceOf(undefined)).toBeUndefined()
  })

  it('an error thrown out of the handler, by the answer of the SDK', async () => {
    const body = JSON.stringify({ id: 'err_1', code: 400, type: 'Runtime', message: 'An unexpected error occurred' })
    const found = await offenceOf(faulty(ifAnswered(400), answering({ status: 400, body })))
    expect(found?.what).toBe('the handler has thrown')
  })

  it('an instance that cannot answer', async () => {
    const body = JSON.stringify({ error: 'Maximum call stack size exceeded' })
    const found = await offenceOf(faulty(ifAnswered(400), answering({ status: 500, body })))
    expect(found?.what).toBe('the handler has thrown')
  })

  it.each([500, 503])('an answer %i', async (status) => {
    const found = await offenceOf(faulty(ifAnswered(200), answering({ status, body: '' })))
    expect(found).toMatchObject({ what: 'a 5xx was answered' })
  })

  it('a webhook that is taken without a proof', async () => {
    const found = await offenceOf(faulty(ifAnswered(401), answering({ status: 200, body: '{}' })))
    expect(found).toMatchObject({ what: 'the status is not what it should be' })
  })

  it('a webhook that is refused although it is proven', async () => {
    const found = await offenceOf(
      faulty(({ method }, { status }) => method === 'POST' && status === 200, answering({ status: 401, body: '{}' }))
    )
    expect(found).toMatchObject({ what: 'the status is not what it should be' })
  })

  it('a write without a proof', async () => {
    const found = await offenceOf(
      faulty(ifAnswered(401), async (answer) => {
        await createUser()
        return answer
      })
    )
    expect(found).toMatchObject({ what: 'something was done without a proof' })
    expect(found?.details).toContain('POST /v1/chat/users')
  })

  it('an answer that never comes', async () => {
    const instance = faulty(ifAnswered(401), () => new Promise(() => undefined))
    const found = await offenceOf(instance, { hangMs: 30 })
    expect(found).toMatchObject({ what: 'no answer came' })
  })

  it('an answer that takes too long each time', async () => {
    const busy = async (answer: InvokeAnswer) => {
      const before = process.cpuUsage()
      while (process.cpuUsage(before).user < 10_000);
      return answer
    }
    const found = await offenceOf(faulty(isAny, busy), { slowMs: 5 })
    expect(found).toMatchObject({ what: 'a request takes too long' })
  })

  it('a secret in an answer', async () => {
    const found = await offenceOf(
      faulty(ifAnswered(401), async () => ({ status: 401, body: `not sandbox-webhook-secret` }))
    )
    expect(found).toMatchObject({ what: 'the answer holds a secret' })
  })

  it('a secret in the log', async () => {
    const found = await offenceOf(
      faulty(isAny, async (answer) => {
        console.info('expected sandbox-webhook-secret')
        return answer
      })
    )
    expect(found).toMatchObject({ what: 'a secret is in the log' })
  })

  it('a prototype that was changed', async () => {
    const found = await offenceOf(
      faulty(isAny, async (answer) => {
        Reflect.defineProperty(Object.prototype, 'polluted', { configurable: true, value: true })
        return answer
      })
    )
    expect(found).toMatchObject({ what: 'a prototype was changed' })
  })

  it('the smallest request, and tells it without secrets', async () => {
    const found = await offenceOf(faulty(ifAnswered(200), answering({ status: 500, body: '' })))
    expect(found?.request).toContain('chat-deactivated-by-agent')
    expect(found?.request).not.toContain('sandbox-webhook-secret')
    expect(found?.path).toMatch(/^\d+/)
  })

  it('the same again by the path of the failure, and nothing else', async () => {
    const instance = faulty(ifAnswered(200), answering({ status: 500, body: '' }))
    const found = await offenceOf(instance)
    const again = await offenceOf(instance, found ? { path: found.path } : {})
    expect(again).toMatchObject({ what: found?.what, path: found?.path })
    expect(await offenceOf(undefined, found ? { path: found.path } : {})).toBeUndefined()
  })
})
