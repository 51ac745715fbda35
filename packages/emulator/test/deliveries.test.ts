import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import type { RetryPolicy } from '../src/index'
import { nested, ScriptedIntegration, startWorld } from './world'

let emulator: Awaited<ReturnType<typeof startWorld>>
let script: ScriptedIntegration
let url = ''

const policy: RetryPolicy = { delaysMs: [10_000, 60_000], accepted: (status) => status === 200, timeoutMs: 200 }

beforeAll(async () => {
  emulator = await startWorld()
})

afterAll(() => emulator.close())

beforeEach(async () => {
  emulator.reset()
  const installed = await ScriptedIntegration.install(emulator)
  script = installed.script
  url = installed.installation.webhookUrl
})

function deliver(body: string) {
  const delivery = { url, headers: { 'content-type': 'application/json' }, body, label: 'event' }
  return emulator.providers[0].services.deliver('vendor', delivery, policy)
}

const bodies = () => script.of('webhook_received').map((one) => nested(one.body, 'req')['body'])
const failing = (times: number) => () => ({ status: times-- > 0 ? 500 : 200, body: '' })

it('retries by policy on the moved clock until accepted', async () => {
  script.answers['webhook_received'] = failing(2)
  const result = deliver('1')
  await emulator.settled()
  expect(bodies()).toEqual(['1'])
  await emulator.clock.advance(9_000)
  expect(bodies()).toEqual(['1'])
  await emulator.clock.advance(70_000)
  expect(await result).toEqual({ status: 200, attempts: 3 })
  expect(emulator.journal.entries.filter((one) => one.kind === 'webhook').map((one) => one.status)).toEqual([
    500, 500, 200,
  ])
})

it('gives up after the last attempt', async () => {
  script.answers['webhook_received'] = failing(99)
  const result = deliver('1')
  await emulator.settled()
  await emulator.clock.advance(100_000)
  expect(await result).toEqual({ status: 500, attempts: 3 })
})

it('counts an answer that comes too late as none', async () => {
  script.answers['webhook_received'] = async () => {
    await new Promise((resolve) => setTimeout(resolve, 400))
    return { status: 200, body: '' }
  }
  const result = deliver('1')
  await emulator.settled()
  emulator.deliveries.reset()
  expect(await result).toEqual({ status: 0, attempts: 1 })
})

it('sends twice when told to, one after the other', async () => {
  emulator.deliveries.mode('vendor', { duplicate: 'sequential' })
  await deliver('1')
  expect(bodies()).toEqual(['1', '1'])
})

it('sends twice at the same time when told to', async () => {
  let open = 0
  let most = 0
  script.answers['webhook_received'] = async () => {
    most = Math.max(most, ++open)
    await new Promise((resolve) => setTimeout(resolve, 30))
    open -= 1
    return { status: 200, body: '' }
  }
  emulator.deliveries.mode('vendor', { duplicate: 'concurrent' })
  await deliver('1')
  expect(most).toBe(2)
})

it('holds back, then sends in reverse order', async () => {
  emulator.deliveries.mode('vendor', { hold: true })
  const results = [deliver('1'), deliver('2'), deliver('3')]
  await emulator.settled()
  expect(bodies()).toEqual([])
  await emulator.deliveries.release()
  await Promise.all(results)
  expect(bodies()).toEqual(['3', '2', '1'])
  await deliver('4')
  expect(bodies().at(-1)).toBe('4')
})

it('loses so many deliveries as told', async () => {
  emulator.deliveries.mode('vendor', { dropNext: 1 })
  expect(await deliver('1')).toEqual({ status: 0, attempts: 0 })
  await deliver('2')
  expect(bodies()).toEqual(['2'])
})

it('makes headers and body anew for each attempt where the vendor counts them', async () => {
  script.answers['webhook_received'] = failing(1)
  const attempt = (count: number) => ({ headers: { 'x-attempt': `${count}` }, body: `${count}` })
  const delivery = { url, headers: {}, body: 'unused', label: 'event', attempt }
  const result = emulator.providers[0].services.deliver('vendor', delivery, policy)
  await emulator.settled()
  await emulator.clock.advance(10_000)
  expect(await result).toEqual({ status: 200, attempts: 2 })
  expect(bodies()).toEqual(['1', '2'])
})

it('probes an address by HEAD, once, and journals it', async () => {
  const { probe } = emulator.providers[0].services
  script.answers['webhook_received'] = () => ({ status: 204, body: '' })
  expect(await probe('vendor', url, 200)).toBe(204)
  expect(await probe('vendor', 'https://elsewhere.example/', 200)).toBe(0)
  expect(script.of('webhook_received').map((one) => nested(one.body, 'req')['method'])).toEqual(['HEAD'])
  expect(emulator.journal.entries.filter((one) => one.label === `vendor HEAD ${url}`)).toHaveLength(1)
})
