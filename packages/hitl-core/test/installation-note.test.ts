import { InternalError } from '@botpress/client'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { InstallationNote } from '../src/adapter'
import { createFakeBotpress, type FakeBotpress } from '../src/testing'
import { CONFIG, freezeTime } from './support'

beforeEach(() => void freezeTime())
afterEach(() => void vi.useRealTimers())

const FRESH_MS = 60_000
const passMs = (ms: number) => void vi.setSystemTime(Date.now() + ms)
let installations = 0

type Installation = { botpress: FakeBotpress; integrationId: string; webhookId: string }

function createInstallation(integrationId = `integration-${(installations += 1)}`): Installation {
  return { botpress: createFakeBotpress(), integrationId, webhookId: `notes-${(installations += 1)}` }
}

/** A process of its own, and the notes of the installations it serves. */
async function newProcess() {
  vi.resetModules()
  const [{ createInvocation }, { createFakeAdapter, createFakeProvider }] = await Promise.all([
    import('../src/invocation'),
    import('../src/testing'),
  ])
  return ({ botpress, integrationId, webhookId }: Installation) => {
    let given: InstallationNote | undefined
    const adapter = createFakeAdapter(createFakeProvider())
    const invocation = createInvocation(
      { ...adapter, connect: (context) => ((given = context.installation), adapter.connect(context)) },
      {
        client: botpress,
        log: { info: () => undefined, warn: () => undefined, error: () => undefined },
        integrationId,
        webhookId,
        configuration: CONFIG,
        budgetMs: 10_000,
      }
    )
    invocation.connect()
    if (!given) throw new Error('the adapter was not connected')
    return { ofAdapter: given, ofWebhook: invocation.note }
  }
}

async function setUp() {
  const installation = createInstallation()
  const open = await newProcess()
  return { ...installation, installation, note: open(installation).ofAdapter, open }
}

const NOTE = { webhookId: 'w-7', keys: ['key-1', 'key-2'], nested: { ü: null, on: true, at: 5 } }

describe('what an adapter notes about its installation', () => {
  it('is nothing in the beginning', async () => {
    const { note } = await setUp()
    expect(await note.read()).toBeUndefined()
  })

  it.each([[NOTE], [[]], ['text'], [0], [false], [null]])('comes back as it was written (%j)', async (value) => {
    const { installation, note } = await setUp()
    await note.write(value)
    expect(await note.read()).toEqual(value)
    const elsewhere = (await newProcess())(installation)
    expect(await elsewhere.ofAdapter.read()).toEqual(value)
    expect(await elsewhere.ofWebhook.read()).toEqual(value)
  })

  it('is replaced as a whole by the next note', async () => {
    const { installation, note } = await setUp()
    await note.write(NOTE)
    await note.write({ webhookId: 'w-8' })
    expect(await note.read()).toEqual({ webhookId: 'w-8' })
    expect(await (await newProcess())(installation).ofAdapter.read()).toEqual({ webhookId: 'w-8' })
  })

  it('is gone when it was removed, here and elsewhere, and can be removed twice', async () => {
    const { installation, botpress, integrationId, note } = await setUp()
    await note.write(NOTE)
    await note.write(undefined)
    await note.write(undefined)
    expect(await note.read()).toBeUndefined()
    expect(await (await newProcess())(installation).ofAdapter.read()).toBeUndefined()
    expect(botpress.peekState({ type: 'integration', id: integrationId, name: 'installation' })).toBeUndefined()
  })

  it('is the same for calls of the provider and for the verification of webhooks', async () => {
    const { installation, open } = await setUp()
    await open(installation).ofAdapter.write(NOTE)
    expect(await open(installation).ofWebhook.read()).toEqual(NOTE)
  })

  it.each([['a note', NOTE], ['nothing']])('costs one call a minute to read (%s)', async (_name, value?: unknown) => {
    const { installation, botpress, note, open } = await setUp()
    await note.write(value)
    const reader = (await newProcess())(installation).ofWebhook
    botpress.calls.length = 0
    await reader.read()
    passMs(FRESH_MS - 1)
    expect(await reader.read()).toEqual(value)
    expect(botpress.calls.map(({ operation }) => operation)).toEqual(['getState'])
    passMs(1)
    await reader.read()
    expect(botpress.callsOf('getState')).toHaveLength(2)
    expect(await open(installation).ofWebhook.read()).toEqual(value)
  })

  it('is not read at all by the one who has just written it', async () => {
    const { botpress, note } = await setUp()
    await note.write(NOTE)
    await note.read()
    expect(botpress.callsOf('getState')).toEqual([])
  })

  it('by another instance is seen within a minute', async () => {
    const { installation, note } = await setUp()
    await note.write({ version: 1 })
    const other = (await newProcess())(installation).ofAdapter
    await other.write({ version: 2 })
    passMs(FRESH_MS)
    expect(await note.read()).toEqual({ version: 2 })
    await other.write(undefined)
    passMs(FRESH_MS)
    expect(await note.read()).toBeUndefined()
  })

  it('that could not be written fails, and what was there stays', async () => {
    const { botpress, note } = await setUp()
    await note.write({ version: 1 })
    botpress.failNext('setState', new InternalError('down'))
    await expect(note.write({ version: 2 })).rejects.toThrow('down')
    expect(await note.read()).toEqual({ version: 1 })
  })

  it('that could not be read fails instead of being nothing, and the next read asks again', async () => {
    const { installation, botpress, note } = await setUp()
    await note.write(NOTE)
    const other = (await newProcess())(installation).ofWebhook
    botpress.failNext('getState', new InternalError('down'))
    await expect(other.read()).rejects.toThrow('down')
    expect(await other.read()).toEqual(NOTE)
  })

  it('is that of its own installation, although another bot has the same integration in the same process', async () => {
    const open = await newProcess()
    const [one, two] = [createInstallation('integration-shared'), createInstallation('integration-shared')]
    await open(one).ofAdapter.write({ keys: ['key-of-one'] })
    expect(await open(two).ofWebhook.read()).toBeUndefined()
    await open(two).ofAdapter.write({ keys: ['key-of-two'] })
    expect(await open(one).ofWebhook.read()).toEqual({ keys: ['key-of-one'] })
  })
})
