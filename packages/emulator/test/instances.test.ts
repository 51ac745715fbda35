import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { loadInstance, reroute, spawnInstance, type Invoke } from '../src/index'
import { nested, declared, startWorld } from './world'

const bundle = fileURLToPath(new URL('fake-bundle.cjs', import.meta.url))

let emulator: Awaited<ReturnType<typeof startWorld>>

beforeAll(async () => {
  emulator = await startWorld()
})

afterAll(() => emulator.close())

beforeEach(() => {
  emulator.reset()
  emulator.providers[0].received.length = 0
})

const install = (invoke: Invoke) => emulator.botpress.install({ name: 'acme', configuration: {}, declared, invoke })

async function talk(): Promise<string[]> {
  const ana = emulator.botpress.endUser({ name: 'Ana' })
  await ana.escalate({ title: 'Help' })
  await ana.say('hello')
  await ana.settled()
  expect(ana.lastDeliveryErrors).toEqual([])
  return emulator.providers[0].received
}

it('loads a bundle with memory of its own each time', async () => {
  const env = emulator.botpress.env
  const [one, two] = [loadInstance(bundle, { env }), loadInstance(bundle, { env })]
  const installation = await install(one)
  await installation.ping()
  const warm = (await installation.invoke('ping')).json
  installation.run(two)
  const cold = (await installation.invoke('ping')).json
  expect([nested(warm)['invocations'], nested(cold)['invocations']]).toEqual([3, 1])
})

it('runs a whole start and message in this process', async () => {
  const undo = reroute({ emulatorUrl: emulator.url, hosts: emulator.hosts })
  try {
    await install(loadInstance(bundle, { env: emulator.botpress.env }))
    expect(await talk()).toEqual(['thread', '{"text":"hello"}'])
  } finally {
    undo()
  }
})

it('runs the bundle in a process of its own, rerouted, and survives its death', async () => {
  const spawned = await spawnInstance(bundle, {
    emulatorUrl: emulator.url,
    hosts: emulator.hosts,
    env: emulator.botpress.env,
  })
  const installation = await install(spawned.invoke)
  expect(nested((await installation.invoke('ping')).json)['pid']).toBe(spawned.pid)
  expect(await talk()).toEqual(['thread', '{"text":"hello"}'])
  expect(spawned.logs.join('\n')).toContain('fake bundle listening')
  const hanging = fetch(`${emulator.url}/${installation.webhookId}/hang`)
  await new Promise((resolve) => setTimeout(resolve, 100))
  await spawned.kill()
  expect((await hanging).status).toBe(502)
  expect(await installation.ping()).toBe(false)
}, 30_000)

it('tells why a bundle does not start', async () => {
  const options = { emulatorUrl: emulator.url, hosts: emulator.hosts, env: {} }
  const missing = bundle.replace('fake-bundle', 'no-bundle')
  await expect(spawnInstance(missing, options)).rejects.toThrow('did not start')
}, 30_000)
