import { afterEach, beforeEach, expect, it } from 'vitest'
import { type Emulator, EMULATED_HOST_HEADER, startEmulator, VIEWER_HEADER } from '../src/index'

let emulator: Emulator

beforeEach(async () => {
  emulator = await startEmulator({ providers: [] })
})
afterEach(() => emulator.close())

const look = (headers: Record<string, string>) =>
  fetch(`${emulator.url}/picture.png`, { headers: { [EMULATED_HOST_HEADER]: 'files.example.com', ...headers } })

it('journals a download by the integration, and not one by a person who looks at the file', async () => {
  emulator.files.put('picture.png', 'bytes', 'image/png')
  await look({ [VIEWER_HEADER]: '1' })
  expect(emulator.journal.entries).toEqual([])
  await look({})
  expect(emulator.journal.entries).toHaveLength(1)
})

it('lets a fault hit the integration, and not a person who looks at a file', async () => {
  emulator.files.put('picture.png', 'bytes', 'image/png')
  emulator.faults.add({ target: 'files', fault: { kind: 'status', status: 500 } })
  expect((await look({ [VIEWER_HEADER]: '1' })).status).toBe(200)
  expect((await look({})).status).toBe(500)
})
