import { deserialize, serialize } from 'node:v8'
import { SavedStateError } from '@hitl/emulator'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { LiveProvider } from '../src/live/live-provider'
import {
  chatOf,
  entries,
  lastStep,
  NAMES,
  openLive,
  type Played,
  providerOf,
  refusal,
  says,
  shown,
  talking,
  userOf,
  waiting,
} from './live-kit'

// Each test starts two processes of the integration, one after the other.
vi.setConfig({ testTimeout: 60_000 })

const open = new Set<Played>()
afterEach(async () => {
  for (const page of open) await page.live.close()
  open.clear()
})

async function start(name: string, saved?: Uint8Array): Promise<Played> {
  const page = await openLive(name, saved)
  open.add(page)
  return page
}

/** As a stop and a start of the program do. */
async function restart(name: string, page: Played): Promise<Played> {
  await page.live.finish()
  const saved = page.live.save()
  await page.live.close()
  open.delete(page)
  return start(name, saved)
}

describe.each(NAMES)('a saved sandbox of %s', (name) => {
  it('goes on in the middle of a session, with everything that was said and done', async () => {
    const first = await start(name)
    const { user, chat, agent } = await talking(first, 'Eve')
    await says(first, user, 'before')
    await first.play({ type: 'userSays', user: 'x', message: { type: 'text', text: 'x' } }).catch(() => undefined)
    await first.play({ type: 'setAssignmentTimeout', seconds: 45 })
    const { user: failed } = await waiting(first, 'Ugo')
    const second = await restart(name, first)

    expect(second.known().view.users).toEqual(first.known().view.users)
    expect(second.known().view.chats).toEqual(first.known().view.chats)
    expect(second.known().view.installation).toEqual(first.known().view.installation)
    expect(second.known().steps).toEqual(first.known().steps)
    expect(second.known().calls.map(({ label, step }) => [label, step])).toEqual(
      first.known().calls.map(({ label, step }) => [label, step])
    )
    expect(second.live.settings).toEqual(first.live.settings)
    expect(userOf(second, failed)).toMatchObject({ hitlActive: true })

    await says(second, user, 'after')
    expect(lastStep(second)).toMatchObject({ budget: { temperature: 'cold', kept: true } })
    await second.play({ type: 'agentWrites', chat, agent, text: 'still here' })
    expect(entries(second, chat, 'contact')).toEqual(expect.arrayContaining(['before', 'after']))
    expect(shown(second, user, 'agent')).toEqual(['still here'])
    expect(shown(second, user, 'failure')).toEqual([])
    await second.play({ type: 'agentCloses', chat, agent })
    await second.play({ type: 'moveClock', ms: 10_000 })
    expect(userOf(second, user)).toMatchObject({ hitlActive: false })
    const registrations = second.known().calls.filter(({ kind, label }) => kind === 'invoke' && label === 'register')
    expect(registrations).toHaveLength(1)
    const ids = second.known().steps.map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
  })

  it('still lists what went wrong for an end user', async () => {
    const first = await start(name)
    const options = { livechat: { groupId: 99 }, hubspot: { inboxId: '999' }, 'zoho-salesiq': { departmentId: '999' } }
    const [ana] = first.known().view.users
    const user = ana?.id ?? ''
    await first.play({ type: 'userAsksForHuman', user, options: options[name] })
    const told = shown(first, user, 'failure')
    expect(told).toHaveLength(1)
    const second = await restart(name, first)
    expect(shown(second, user, 'failure')).toEqual(told)
    expect(second.known().steps.at(-1)).toMatchObject({ error: told[0] })
  })

  it('raises no false alarm for any of several sessions that go on', async () => {
    const first = await start(name)
    const one = await talking(first, 'Yan')
    const two = await talking(first, 'Zoe')
    const second = await restart(name, first)
    await says(second, one.user, 'hello')
    await says(second, two.user, 'hello')
    const dear = second.known().steps.filter(({ budget }) => budget && !budget.kept)
    expect(dear.map(({ title }) => title)).toEqual([])
  })

  it('has the faults that were switched on, until they are switched off', async () => {
    const first = await start(name)
    for (const fault of ['before-the-answer', 'rate-limited']) {
      await first.play({ type: 'setFault', name: fault, on: true })
    }
    await first.play({ type: 'setFaultScope', scope: 'every' })
    const second = await restart(name, first)
    expect(second.known().view.faults).toEqual(first.known().view.faults)
    expect(second.known().view.faultScope).toBe('every')
    await second.play({ type: 'setFault', name: 'rate-limited', on: false })
    expect(chatOf(second, (await waiting(second, 'Mia')).user)).toMatchObject({ state: 'active' })
    await second.play({ type: 'setFault', name: 'before-the-answer', on: false })
    expect(chatOf(second, (await waiting(second, 'Pia')).user)).toMatchObject({ state: 'waiting' })
  })

  it('delivers what was held back before it is saved a last time', async () => {
    const first = await start(name)
    const { user, chat, agent } = await talking(first, 'Eve')
    await first.play({ type: 'setFault', name: 'webhook-reordered', on: true })
    await first.play({ type: 'agentWrites', chat, agent, text: 'held back' })
    expect(first.known().view.held).toBe(1)
    const second = await restart(name, first)
    expect(second.known().view.held).toBe(0)
    expect(shown(second, user, 'agent')).toEqual(['held back'])
    await second.play({ type: 'agentWrites', chat, agent, text: 'held again' })
    expect(second.known().view.held).toBe(1)
  })

  it('hides a secret that was typed in before, wherever it is shown', async () => {
    const first = await start(name)
    const { secrets, values } = first.live.settings
    const [field = ''] = secrets
    const typed = 'typed-in-secret-0815-4711'
    await first.play({ type: 'saveSettings', values: { ...values, [field]: typed } })
    const second = await restart(name, first)
    const details = second.known().calls.map(({ seq }) => second.live.callDetail(seq))
    const everything = JSON.stringify([second.known(), second.live.settings, second.live.log, details])
    expect(everything.includes(typed)).toBe(false)
    expect(everything.includes(encodeURIComponent(typed))).toBe(false)
  })
})

it.each([
  ['nothing', () => new Uint8Array()],
  ['no saved state', () => new TextEncoder().encode('hello')],
  ['something else', () => new Uint8Array(serialize({ hello: 'world' }))],
  ['no emulator', () => new Uint8Array(serialize({ live: {}, emulator: 'none' }))],
  ['an empty emulator', () => new Uint8Array(serialize({ live: {}, emulator: new Uint8Array() }))],
])('bytes with %s in them are refused in one sentence', async (_what, bytes) => {
  const opening = LiveProvider.open(providerOf('livechat'), bytes())
  await expect(opening).rejects.toBeInstanceOf(SavedStateError)
  expect(await refusal(opening)).toMatch(/^The saved state [^\n]*\.$/)
})

it('damage within the bytes is found, and so is another provider', async () => {
  const page = await start('livechat')
  const saved = page.live.save()
  const cut = saved.slice(0, saved.length - 10)
  const flipped = saved.map((byte, index) => (index === Math.floor(saved.length / 2) ? byte ^ 255 : byte))
  await expect(LiveProvider.open(providerOf('livechat'), cut)).rejects.toBeInstanceOf(SavedStateError)
  await expect(LiveProvider.open(providerOf('livechat'), flipped)).rejects.toBeInstanceOf(SavedStateError)
  await expect(LiveProvider.open(providerOf('hubspot'), saved)).rejects.toBeInstanceOf(SavedStateError)
})

it('steps and failures that are no lists are refused as damage', async () => {
  const page = await start('livechat')
  const saved: unknown = deserialize(page.live.save())
  const spoilt = new Uint8Array(serialize(Object.assign(Object(saved), { live: { steps: 7 } })))
  await expect(LiveProvider.open(providerOf('livechat'), spoilt)).rejects.toBeInstanceOf(SavedStateError)
})
