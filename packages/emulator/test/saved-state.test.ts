import { deserialize, serialize } from 'node:v8'
import { afterEach, describe, expect, it } from 'vitest'
import { hubspot } from '../src/providers/hubspot/index'
import { SavedStateError, startEmulator, type Emulator } from '../src/index'
import { isRecord } from '../src/json'
import { fakeVendor, startWorld } from './world'

const open: Emulator[] = []

afterEach(async () => {
  await Promise.all(open.splice(0).map((emulator) => emulator.close()))
})

async function start(saved?: Uint8Array) {
  const emulator = await startEmulator({ providers: [fakeVendor], ...(saved ? { saved } : {}) })
  open.push(emulator)
  return emulator
}

async function refused(saved: Uint8Array, providers: Parameters<typeof startEmulator>[0]['providers'] = [fakeVendor]) {
  const error: unknown = await startEmulator({ providers, saved }).catch((reason: unknown) => reason)
  expect(error).toBeInstanceOf(SavedStateError)
  return error instanceof Error ? error.message : ''
}

const download = async (emulator: Emulator, name: string) => {
  const answer = await fetch(`${emulator.url}/${name}`, { headers: { 'x-emulated-host': 'files.example.com' } })
  return { status: answer.status, type: answer.headers.get('content-type'), text: await answer.text() }
}

describe('an emulator started from a saved state', () => {
  it('tells the time that the saved one would tell', async () => {
    const first = await start()
    await first.clock.advance(86_400_000)
    const second = await start(first.save())
    expect(second.clock.offsetMs).toBe(first.clock.offsetMs)
    expect(Math.abs(second.clock.now() - first.clock.now())).toBeLessThan(1000)
  })

  it('serves the files of the saved one, each with its own bytes only', async () => {
    const first = await start()
    first.files.put('a.txt', 'one', 'text/plain')
    first.files.put('b.txt', new Uint8Array([116, 119, 111]), 'text/x-two')
    const second = await start((await start(first.save())).save())
    expect(await download(second, 'a.txt')).toEqual({ status: 200, type: 'text/plain', text: 'one' })
    expect(await download(second, 'b.txt')).toEqual({ status: 200, type: 'text/x-two', text: 'two' })
    expect(second.files.save().get('a.txt')?.bytes.buffer.byteLength).toBe(3)
  })

  it('has the latest 2,000 entries of the journal and goes on behind them', async () => {
    const first = await start()
    for (let i = 1; i <= 2003; i += 1) first.journal.add({ at: i, kind: 'note', label: `note ${i}` })
    const second = await start(first.save())
    expect(second.journal.entries).toHaveLength(2000)
    expect(second.journal.entries[0]).toMatchObject({ at: 4, kind: 'note', label: 'note 4' })
    const added = second.journal.add({ at: 1, kind: 'note', label: 'new' })
    expect(second.journal.entries.filter(({ seq }) => seq === added.seq)).toEqual([added])
  })

  it('gives back to each provider what it has saved', async () => {
    const first = await start()
    first.providers[0].received.push('hello')
    expect((await start(first.save())).providers[0].received).toEqual(['hello'])
  })

  it('is independent of the saved one', async () => {
    const first = await start()
    const saved = first.save()
    first.files.put('late.txt', 'late', 'text/plain')
    first.providers[0].received.push('late')
    const second = await start(saved)
    expect((await download(second, 'late.txt')).status).toBe(404)
    expect(second.providers[0].received).toEqual([])
  })

  it('comes back to the state after a start without a saved one', async () => {
    const first = await start()
    first.files.put('a.txt', 'one', 'text/plain')
    const second = await start(first.save())
    second.reset()
    expect((await download(second, 'a.txt')).status).toBe(404)
    expect(second.clock.offsetMs).toBe(0)
    expect(second.botpress.endUsers).toEqual([])
  })

  it('saves the same bytes again', async () => {
    const first = await start()
    await first.clock.advance(5000)
    first.files.put('a.txt', 'one', 'text/plain')
    first.journal.add({ at: 1, kind: 'note', label: 'a note', request: { text: 'hello' } })
    const saved = first.save()
    expect(first.save()).toEqual(saved)
    expect((await start(saved)).save()).toEqual(saved)
  })
})

describe('a saved state that does not fit', () => {
  const saved = async () => (await start()).save()
  const changed = async (changes: object) => {
    const envelope: unknown = deserialize(await saved())
    return new Uint8Array(serialize({ ...(isRecord(envelope) ? envelope : {}), ...changes }))
  }

  it.each([
    ['nothing', new Uint8Array()],
    ['text', new TextEncoder().encode('{"format":1}')],
    ['random bytes', Uint8Array.from({ length: 500 }, (_, i) => (i * 73) % 256)],
    ['something else that was serialized', new Uint8Array(serialize([1, 2, 3]))],
    ['an object of another kind', new Uint8Array(serialize({ hello: 'world' }))],
  ])('is refused in one sentence when it is %s', async (_what, bytes) => {
    expect(await refused(bytes)).toBe('The saved state cannot be read: it is damaged, or no saved state at all.')
  })

  it('is refused when its end is missing', async () => {
    const bytes = await saved()
    expect(await refused(bytes.slice(0, bytes.byteLength - 40))).toMatch(/^The saved state .*damaged.*\.$/)
  })

  it('is refused when one byte of the content is another', async () => {
    const envelope: unknown = deserialize(await saved())
    const content = isRecord(envelope) && envelope['content']
    if (!(content instanceof Uint8Array)) throw new Error('The saved state has no content')
    content[content.byteLength >> 1] = (content[content.byteLength >> 1] ?? 0) ^ 1
    expect(await refused(await changed({ content }))).toBe('The saved state is damaged.')
  })

  it('is refused when it has another format', async () => {
    const message = 'The saved state has format 0, but this emulator reads format 1.'
    expect(await refused(await changed({ format: 0 }))).toBe(message)
  })

  it('is refused when it is of other providers', async () => {
    const bytes = await saved()
    const more = 'The saved state is of vendor, but the emulator plays hubspot, vendor.'
    expect(await refused(bytes, [hubspot])).toBe('The saved state is of vendor, but the emulator plays hubspot.')
    expect(await refused(bytes, [fakeVendor, hubspot])).toBe(more)
    expect(await refused(bytes, [])).toBe('The saved state is of vendor, but the emulator plays no provider.')
  })

  it('is refused when a provider cannot take what was saved', async () => {
    const vendor = (services: Parameters<typeof fakeVendor>[0]) => ({
      ...fakeVendor(services),
      restore: () => {
        throw new Error('too old')
      },
    })
    expect(await refused(await saved(), [vendor])).toBe('The saved state does not fit this version of the emulator.')
  })

  it('takes no port', async () => {
    const first = await startWorld()
    const port = Number(new URL(first.url).port)
    await first.close()
    await startEmulator({ providers: [fakeVendor], port, saved: new Uint8Array() }).catch(() => undefined)
    const second = await startEmulator({ providers: [fakeVendor], port })
    open.push(second)
    expect(new URL(second.url).port).toBe(String(port))
  })
})
