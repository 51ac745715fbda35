import { afterEach, beforeEach, expect, it } from 'vitest'
import { type Emulator, startEmulator, traced } from '../src/index'
import { traceHeaders } from '../src/trace'

const TEXT = '0123456789'
let emulator: Emulator
let path: string
beforeEach(async () => {
  emulator = await startEmulator({ providers: [] })
  path = new URL(emulator.files.put('digits.txt', Buffer.from(TEXT), 'text/plain')).pathname
})
afterEach(() => emulator.close())

/** A file of the demo host, which is as good a call as any. */
async function call(): Promise<{ status: number; text: string } | 'no answer'> {
  const headers = { 'x-emulated-host': 'files.example.com', ...traceHeaders() }
  try {
    const answer = await fetch(`${emulator.url}${path}`, { headers, signal: AbortSignal.timeout(300) })
    return { status: answer.status, text: await answer.text() }
  } catch {
    return 'no answer'
  }
}

const whole = { status: 200, text: TEXT }
const failing = { kind: 'status', status: 500 } as const

it('lets as many calls pass as it was told, and hits the next one', async () => {
  emulator.faults.add({ target: 'files', skip: 2, name: 'third', fault: failing })
  const answers = [await call(), await call(), await call(), await call()]
  expect(answers.map((answer) => (answer === 'no answer' ? answer : answer.status))).toEqual([200, 200, 500, 200])
  expect(emulator.faults.taken('third')).toBe(1)
  expect(emulator.faults.taken('another')).toBe(0)
})

it('hits calls of one instance only, of whatever target', async () => {
  emulator.faults.add({ instance: 'second', times: 9, fault: failing })
  const from = (instance: string) => traced({ step: 'any', instance }, call)
  expect(await from('first')).toEqual(whole)
  expect(await from('second')).toMatchObject({ status: 500 })
  expect(await call()).toEqual(whole)
})

it('cuts an answer off in the middle', async () => {
  emulator.faults.add({ target: 'files', fault: { kind: 'cut' } })
  expect(await call()).toEqual({ status: 200, text: '01234' })
  expect(emulator.journal.entries.at(-1)).toMatchObject({ fault: 'cut' })
})

it('never answers a call that hangs, nor does it', async () => {
  emulator.faults.add({ target: 'files', fault: { kind: 'hang' } })
  expect(await call()).toBe('no answer')
  expect(emulator.journal.entries).toEqual([])
})

it.each(['before', 'after'] as const)(
  'runs something %s the call has taken effect, whose answer is lost',
  async (when) => {
    const seen: number[] = []
    const run = () => void seen.push(emulator.journal.entries.length)
    emulator.faults.add({ target: 'files', fault: { kind: 'call', when, run } })
    expect(await call()).toBe('no answer')
    expect(seen).toEqual([0])
    expect(emulator.journal.entries).toMatchObject([
      { fault: `call ${when}`, ...(when === 'after' ? { status: 200 } : {}) },
    ])
  }
)
