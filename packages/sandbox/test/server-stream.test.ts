import { request } from 'node:http'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { found, newUser, says } from './live-kit'
import { LIVECHAT, serve, type Served } from './server-kit'

type Told = { event: string; data: unknown }

/** One open page, as far as the server can tell. */
type Page = { told: Told[]; headers: Record<string, unknown>; ended: Promise<void>; leave(): void }

let served: Served
let listeners = 0
const openPages = new Set<() => void>()

beforeAll(async () => void (served = await serve()))
afterAll(() => served.close())

beforeEach(() => {
  const { live } = served.page
  const subscribe = live.subscribe.bind(live)
  vi.spyOn(live, 'subscribe').mockImplementation((listener) => {
    const unsubscribe = subscribe(listener)
    let isOpen = true
    listeners += 1
    return () => {
      if (isOpen) listeners -= 1
      isOpen = false
      unsubscribe()
    }
  })
})

afterEach(() => {
  for (const leave of openPages) leave()
  openPages.clear()
})

function open(method = 'GET'): Promise<Page> {
  const { hostname, port } = new URL(served.url)
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, path: `${LIVECHAT}/stream`, method, agent: false }, (answer) => {
      const told: Told[] = []
      let rest = ''
      answer.setEncoding('utf8').on('data', (chunk: string) => {
        const blocks = (rest + chunk).split('\n\n')
        rest = blocks.pop() ?? ''
        told.push(...blocks.flatMap(readBlock))
      })
      const ended = new Promise<void>((end) => answer.once('close', () => end()))
      answer.on('error', () => undefined)
      resolve({ told, headers: answer.headers, ended, leave: () => sent.destroy() })
    })
    sent.on('error', reject)
    sent.end()
    openPages.add(() => sent.destroy())
  })
}

function readBlock(block: string): Told[] {
  const [, event = ''] = /^event: (.*)$/m.exec(block) ?? []
  const data = [...block.matchAll(/^data: (.*)$/gm)].map(([, line]) => line).join('\n')
  return event === '' ? [] : [{ event, data: JSON.parse(data) }]
}

const gone = () => vi.waitFor(() => expect(listeners).toBe(0), 3_000)
const names = ({ told }: Page) => told.map(({ event }) => event)

describe('the stream of a page', () => {
  it('begins with everything, as server-sent events that nothing may keep', async () => {
    const page = await open()
    await vi.waitFor(() => expect(names(page)).toContain('hello'))
    expect(page.told[0]).toEqual({ event: 'hello', data: served.page.known() })
    expect(page.headers['content-type']).toMatch(/^text\/event-stream/)
    expect(page.headers['cache-control']).toMatch(/no-cache|no-store/)
    expect(page.headers['x-content-type-options']).toBe('nosniff')
  })

  it('tells two pages the same of what either has done', async () => {
    const [one, two] = [await open(), await open()]
    const user = await newUser(served.page, 'Eve')
    await says(served.page, user, 'seen by both\n\nwith an empty line')
    const sees = (page: Page) => JSON.stringify(page.told.findLast(({ event }) => event === 'view'))
    await vi.waitFor(() => {
      for (const page of [one, two]) expect(sees(page)).toContain('seen by both\\n\\nwith an empty line')
    })
    expect(sees(one)).toBe(sees(two))
    const calls = ({ told }: Page) => told.filter(({ event }) => event === 'calls' || event === 'steps')
    expect(calls(one)).toEqual(calls(two))
  })

  it('ends for the provider when the page has gone, however many come and go', async () => {
    const opened = await Promise.all(Array.from({ length: 30 }, () => open()))
    expect(listeners).toBe(30)
    for (const page of opened) page.leave()
    await gone()
    await says(served.page, found(served.page.known().view.users[0], 'user').id, 'to nobody')
    expect(listeners).toBe(0)
  })

  it('ends as well for a page that leaves while it is told something', async () => {
    for (let round = 0; round < 10; round += 1) {
      const page = await open()
      const speaking = says(served.page, found(served.page.known().view.users[0], 'user').id, `round ${round}`)
      page.leave()
      await speaking
    }
    await gone()
    expect(listeners).toBe(0)
  })

  it('leaves nobody listening for a request that wants the headers only', async () => {
    const page = await open('HEAD')
    await page.ended
    await gone()
    expect(listeners).toBe(0)
  })

  it('tells everything anew after a start over', { timeout: 30_000 }, async () => {
    const page = await open()
    await served.act({ type: 'startOver' })
    await vi.waitFor(() => expect(names(page).filter((name) => name === 'hello')).toHaveLength(2))
    const hello = page.told.findLast(({ event }) => event === 'hello')
    expect(hello?.data).toMatchObject({ view: { chats: [], users: [{ name: 'Ana' }] } })
  })

  it('ends with the server', { timeout: 30_000 }, async () => {
    const other = await serve()
    const { hostname, port } = new URL(other.url)
    const closed = new Promise<string>((resolve) => {
      const sent = request({ hostname, port, path: `${LIVECHAT}/stream` }, (answer) => {
        answer.on('error', () => undefined).once('close', () => resolve('closed'))
        answer.once('data', () => void other.close())
      })
      sent.on('error', () => resolve('refused'))
      sent.end()
    })
    expect(await closed).toBe('closed')
  })
})
