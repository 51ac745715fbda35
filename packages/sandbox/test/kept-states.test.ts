import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest'
import { LiveProvider } from '../src/live/live-provider'
import { KeptStates } from '../src/server/kept-states'
import { newUser, openLive, type Played, playedBy, providerOf, says } from './live-kit'

let folder: string
let page: Played
beforeAll(async () => void (page = await openLive('livechat')))
afterAll(() => page.live.close())
beforeEach(() => void (folder = join(mkdtempSync(join(tmpdir(), 'kept-')), 'not', 'there', 'yet')))
afterEach(() => rmSync(join(folder, '..', '..', '..'), { recursive: true, force: true }))

it('knows nothing of a provider that was never kept', () => {
  expect(new KeptStates(() => undefined, folder).read('livechat')).toBeUndefined()
  expect(existsSync(folder)).toBe(false)
})

it('reads back what it has saved, from which the sandbox goes on', { timeout: 30_000 }, async () => {
  const kept = new KeptStates(() => undefined, folder)
  await says(page, await newUser(page, 'Eve'), 'remember me')
  kept.save('livechat', page.live)
  const again = playedBy(await LiveProvider.open(providerOf('livechat'), kept.read('livechat')))
  expect(again.known().view.users).toEqual(page.known().view.users)
  await again.live.close()
})

it('leaves one whole file, in place of the one before', () => {
  const kept = new KeptStates(() => undefined, folder)
  for (let count = 0; count < 3; count += 1) kept.save('livechat', page.live)
  expect(readdirSync(folder)).toEqual(['livechat.state'])
  expect(readFileSync(join(folder, 'livechat.state')).equals(page.live.save())).toBe(true)
})

it('keeps the file that was there when it cannot save', () => {
  const kept = new KeptStates(() => undefined, folder)
  kept.save('livechat', page.live)
  const before = kept.read('livechat')
  vi.spyOn(page.live, 'save').mockImplementation(() => {
    throw new Error('cannot be saved')
  })
  expect(() => kept.save('livechat', page.live)).toThrow('cannot be saved')
  expect(kept.read('livechat')).toEqual(before)
})

it('takes half a file of a program that was stopped for nothing', () => {
  const kept = new KeptStates(() => undefined, folder)
  kept.save('livechat', page.live)
  const whole = kept.read('livechat')
  writeFileSync(join(folder, `livechat.state.${process.pid}`), 'half a fi')
  expect(kept.read('livechat')).toEqual(whole)
  kept.save('livechat', page.live)
  expect(readdirSync(folder)).toEqual(['livechat.state'])
})

it('says in one sentence that it cannot save, and lets the play go on', () => {
  const said: string[] = []
  const kept = new KeptStates((sentence) => said.push(sentence), folder)
  vi.spyOn(page.live, 'save').mockImplementation(() => {
    throw new Error('the disk is full')
  })
  kept.end('livechat', page.live)
  expect(said).toEqual(['The sessions of livechat could not be kept: the disk is full'])
})

it('is for one program at a time', () => {
  const kept = new KeptStates(() => undefined, folder)
  kept.lock()
  const parent = String(process.ppid)
  writeFileSync(join(folder, 'lock'), parent)
  expect(() => kept.lock()).toThrow(`Another sandbox (process ${parent}) keeps its sessions; stop it`)
  // A program that is gone has left its lock behind.
  writeFileSync(join(folder, 'lock'), String(2 ** 30))
  kept.lock()
  expect(readFileSync(join(folder, 'lock'), 'utf8')).toBe(String(process.pid))
  kept.unlock()
  expect(existsSync(join(folder, 'lock'))).toBe(false)
})

it('lets nobody else of this machine read what was typed into the settings', () => {
  new KeptStates(() => undefined, folder).save('livechat', page.live)
  expect(statSync(join(folder, 'livechat.state')).mode & 0o077).toBe(0)
  expect(statSync(folder).mode & 0o077).toBe(0)
})

it('sets a file aside without losing it', () => {
  const kept = new KeptStates(() => undefined, folder)
  kept.save('livechat', page.live)
  const bytes = kept.read('livechat')
  const aside = kept.setAside('livechat')
  expect(kept.read('livechat')).toBeUndefined()
  expect(readFileSync(aside)).toEqual(bytes)
})

it('saves a moment after a change, and no more after the end', async () => {
  const kept = new KeptStates(() => undefined, folder)
  const file = join(folder, 'livechat.state')
  kept.keep('livechat', page.live)
  await newUser(page, 'Tim')
  expect(existsSync(file)).toBe(false)
  await vi.waitFor(() => expect(existsSync(file)).toBe(true), 4_000)
  await newUser(page, 'Uli')
  kept.end('livechat', page.live)
  const last = readFileSync(file)
  expect(last.includes('Uli')).toBe(true)
  await newUser(page, 'Max')
  await new Promise((resolve) => setTimeout(resolve, 1_500))
  expect(readFileSync(file)).toEqual(last)
})
