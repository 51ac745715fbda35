import { execFileSync } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { LiveProvider, type LiveEvent } from '../src/live/live-provider'
import { Steps } from '../src/live/steps'
import { hubspotSecrets } from '../src/providers/hubspot'
import { livechatSecrets } from '../src/providers/livechat'
import { zohoSalesIqSecrets } from '../src/providers/zoho-salesiq'
import { found, NAMES, openLive, PICTURE, type Played, providerOf, says, talking, text, userOf } from './live-kit'

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** Longer than changes are collected, and than the provider looks for those that nobody made. */
const TOLD_MS = 700

const instanceProcesses = (): number =>
  execFileSync('ps', ['-o', 'args', '--ppid', String(process.pid)], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.includes('instance-runner')).length

/** A page that stays open. */
function watch({ live }: Played): { events: LiveEvent[]; seqs(): number[]; stop(): void } {
  const events: LiveEvent[] = []
  const stop = live.subscribe((event) => events.push(event))
  const seqs = () => {
    const since = events.slice(events.findLastIndex(({ name }) => name === 'hello'))
    return since.flatMap((event) => {
      if (event.name === 'hello') return event.data.calls.map(({ seq }) => seq)
      return event.name === 'calls' ? event.data.map(({ seq }) => seq) : []
    })
  }
  return { events, seqs, stop }
}

describe('what an open page is told', () => {
  let page: Played
  beforeAll(async () => void (page = await openLive('livechat')))
  afterAll(() => page.live.close())

  it('is everything at first, and then what has changed', async () => {
    const { events, stop } = watch(page)
    expect(events.map(({ name }) => name)).toEqual(['hello'])
    await sleep(TOLD_MS)
    events.length = 0
    await sleep(TOLD_MS)
    expect(events).toEqual([])
    const [ana] = page.known().view.users
    await says(page, found(ana, 'user').id, 'Hello')
    await sleep(TOLD_MS)
    stop()
    expect(events.map(({ name }) => name)).not.toContain('hello')
    const step = events.flatMap((event) => (event.name === 'steps' ? event.data : [])).at(-1)
    expect(step).toMatchObject({ title: 'Ana writes “Hello”', running: false })
    const view = events.flatMap((event) => (event.name === 'view' ? event.data : [])).at(-1)
    expect(view?.users[0]?.items.at(-1)).toMatchObject({ from: 'bot' })
  })

  it('is told to every page alike, and no more after a page has gone', async () => {
    const one = watch(page)
    const two = watch(page)
    const gone = watch(page)
    gone.stop()
    const { user } = await talking(page, 'Eve')
    await says(page, user, 'for everybody')
    await sleep(TOLD_MS)
    one.stop()
    two.stop()
    expect(gone.events).toHaveLength(1)
    expect(one.events.length).toBeGreaterThan(3)
    expect(two.events).toEqual(one.events)
    const seqs = page.known().calls.map(({ seq }) => seq)
    expect(seqs.filter((seq) => !one.seqs().includes(seq))).toEqual([])
    await says(page, user, 'for nobody')
    await sleep(TOLD_MS)
    expect(JSON.stringify([one.events, two.events])).not.toContain('for nobody')
  })

  it('shows while the instance is replaced that it is', async () => {
    const { events, stop } = watch(page)
    await page.play({ type: 'killInstance' })
    await sleep(TOLD_MS)
    stop()
    const states = events.flatMap((event) => (event.name === 'view' ? event.data.instance.state : []))
    expect(states).toEqual(expect.arrayContaining(['restarting', 'running']))
    expect(states.at(-1)).toBe('running')
  })

  it('is everything anew after a start over, and then each call, from the first', async () => {
    const { events, seqs, stop } = watch(page)
    await page.live.act({ type: 'startOver' })
    const [ana] = page.known().view.users
    await page.play({ type: 'userAsksForHuman', user: found(ana, 'user').id })
    await sleep(TOLD_MS)
    stop()
    expect(events.filter(({ name }) => name === 'hello')).toHaveLength(2)
    const known = page.known().calls.map(({ seq }) => seq)
    expect(known.filter((seq) => !seqs().includes(seq))).toEqual([])
  })

  it('is bounded, however long the sandbox is played', { timeout: 120_000 }, async () => {
    const { user } = await talking(page, 'Max')
    for (let round = 0; round < 40; round += 1) {
      await Promise.all(
        Array.from({ length: 20 }, (_, index) =>
          page.live.act({ type: 'userSays', user, message: text(`${round}.${index} ${'long '.repeat(200)}`) })
        )
      )
      await page.live.finish()
    }
    await page.idle()
    const { calls, steps, view } = page.known()
    expect(calls.length).toBeLessThanOrEqual(2_000)
    expect(calls.length).toBeGreaterThan(1_000)
    expect(calls[0]?.seq).toBeGreaterThan(1)
    expect(steps.length).toBeLessThanOrEqual(2_000)
    expect(userOf(page, user).items).toHaveLength(300)
    expect(JSON.stringify(calls)).not.toContain('long long long')
    expect(JSON.stringify(calls).length).toBeLessThan(1_000_000)
    expect(view.chats).toHaveLength(2)
  })
})

it('steps are remembered up to 2,000, the latest', () => {
  const steps = new Steps('livechat')
  for (let index = 0; index < 2_500; index += 1) steps.begin({ title: `${index}`, users: [], faults: [] }, 0)
  expect(steps.all).toHaveLength(2_000)
  expect(steps.all[0]?.title).toBe('500')
})

describe.each([
  ['livechat', livechatSecrets],
  ['hubspot', hubspotSecrets],
  ['zoho-salesiq', zohoSalesIqSecrets],
] as const)('a played session of %s', (name, secrets) => {
  let page: Played
  beforeAll(async () => void (page = await openLive(name)))
  afterAll(() => page.live.close())

  it('shows no secret in anything a page can ask for', { timeout: 30_000 }, async () => {
    const { events, stop } = watch(page)
    const { user, chat, agent } = await talking(page, 'Eve')
    await says(page, user, 'hello')
    await page.play({ type: 'agentWrites', chat, agent, text: 'hi' })
    const file = page.live.upload({ name: 'a.png', contentType: 'image/png', bytes: PICTURE })
    await page.play({ type: 'agentSendsFile', chat, agent, upload: file.id })
    await page.play({ type: 'setFault', name: 'token-expired', on: true })
    await says(page, user, 'with a new token')
    await page.play({ type: 'setFault', name: 'token-expired', on: false })
    const { log, settings } = page.live
    const details = page.known().calls.map(({ seq }) => page.live.callDetail(seq))
    await sleep(TOLD_MS)
    stop()
    const everything = JSON.stringify([events, page.known(), details, log, settings])
    expect(log.length).toBeGreaterThan(1)
    const plain = [...secrets, ...secrets.map((secret) => encodeURIComponent(secret))]
    expect(plain.filter((secret) => everything.includes(secret))).toEqual([])
    expect(everything).not.toMatch(/bp_iak_|Bearer [^*\s"]|Basic [^*\s"]|Zoho-oauthtoken [^*\s"]|\bdal:/)
  })

  it('gives details of each call that is listed, and a sentence for others', async () => {
    const { calls } = page.known()
    expect(calls.length).toBeGreaterThan(10)
    const vendor = found(
      calls.find(({ kind }) => kind === 'vendor'),
      'call'
    )
    expect(page.live.callDetail(vendor.seq)).toMatchObject({ requestHeaders: expect.any(Object) })
    expect(() => page.live.callDetail(999_999)).toThrow('This call is gone; the sandbox was started over.')
    const seqs = calls.map(({ seq }) => seq)
    expect(seqs).toEqual([...new Set(seqs)].toSorted((a, b) => a - b))
  })
})

describe('the processes of the integration', () => {
  it('end with the provider, also in the middle of a start over or of a restart', { timeout: 30_000 }, async () => {
    const before = instanceProcesses()
    for (const type of ['startOver', 'killInstance'] as const) {
      const live = await LiveProvider.open(providerOf('livechat'))
      expect(instanceProcesses()).toBe(before + 1)
      const work = live.act({ type }).catch(() => undefined)
      await sleep(20)
      await live.close()
      await work
      expect(instanceProcesses()).toBe(before)
    }
  })

  it('are one at any time, however often it is killed and started over at once', { timeout: 30_000 }, async () => {
    const before = instanceProcesses()
    const page = await openLive('livechat')
    const kinds = ['killInstance', 'startOver', 'killInstance', 'startOver', 'killInstance'] as const
    await Promise.all(kinds.map((type) => page.live.act({ type })))
    await page.idle()
    expect(instanceProcesses()).toBe(before + 1)
    await talking(page, 'Eve')
    await page.live.close()
    expect(instanceProcesses()).toBe(before)
  })

  it.each(NAMES)('of %s are counted when they are killed', { timeout: 30_000 }, async (name) => {
    const page = await openLive(name)
    await Promise.all([page.play({ type: 'killInstance' }), page.play({ type: 'killInstance' })])
    expect(page.known().view.instance).toEqual({ state: 'running', restarts: 1 })
    await talking(page, 'Eve')
    await page.live.close()
  })
})
