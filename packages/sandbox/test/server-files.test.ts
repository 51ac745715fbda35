import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { LARGEST_UPLOAD_BYTES } from '../src/live/uploads'
import { mediaResponse } from '../src/server/media'
import { entries, PICTURE, talking, userOf } from './live-kit'
import { type Answer, GUARDED, guardsOf, LIVECHAT, serve, type Served } from './server-kit'

let served: Served
beforeAll(async () => void (served = await serve()))
afterAll(() => served.close())

const upload = (query: string, headers: Record<string, string>, body: string | Uint8Array = PICTURE) =>
  served.ask(`${LIVECHAT}/uploads${query}`, { method: 'POST', headers, body })
const fieldOf = ({ json }: Answer, name: string): string => String(Object(json)[name])
const media = (url: string) => served.ask(`${LIVECHAT}/media?url=${encodeURIComponent(url)}`)

describe('an upload', () => {
  it('is a file that both sides can send', async () => {
    const file = await upload('?name=printer.png', { 'content-type': 'image/png' })
    expect(file.json).toMatchObject({ name: 'printer.png', type: 'image', url: expect.stringMatching(/^https:/) })
    expect((await media(fieldOf(file, 'url'))).bytes).toEqual(PICTURE)
    const { user, chat, agent } = await talking(served.page, 'Uma')
    await served.act({
      type: 'userSays',
      user,
      message: { type: 'image', imageUrl: fieldOf(file, 'url'), title: 'printer.png' },
    })
    await served.act({ type: 'agentSendsFile', chat, agent, upload: fieldOf(file, 'id') })
    await served.page.idle()
    expect(entries(served.page, chat, 'contact')).toContain('printer.png')
    expect(entries(served.page, chat, 'agent')).toContain('printer.png')
    expect(userOf(served.page, user).items.at(-1)).toMatchObject({ from: 'agent' })
  })

  it.each([
    ['../../etc/passwd', 'passwd'],
    ['C:\\temp\\a.txt', 'a.txt'],
    ['/', 'file'],
    ['', 'file'],
    ['Übersicht & "Plan" #1?.pdf', 'Übersicht & "Plan" #1?.pdf'],
    ['<script>.html', '<script>.html'],
    ['100%.txt', '100%.txt'],
    ['line\r\nbreak.txt', expect.stringMatching(/break\.txt$/)],
    ['😀.png', '😀.png'],
    [`${'😀'.repeat(100)}a.png`, expect.stringMatching(/a\.png$/)],
    [`${'😀'.repeat(100)}ab.png`, expect.stringMatching(/ab\.png$/)],
    ['..', expect.any(String)],
  ])('named %j is kept without a path and can be read back', async (name, kept) => {
    const file = await upload(`?name=${encodeURIComponent(name)}`, { 'content-type': 'application/pdf' })
    expect(file.status).toBe(200)
    expect(file.json).toMatchObject({ name: kept, type: 'file' })
    const read = await media(fieldOf(file, 'url'))
    expect(read.status).toBe(200)
    expect(read.bytes).toEqual(PICTURE)
    expect(read.headers['content-disposition']).toMatch(/^attachment; filename\*=UTF-8''[\w%.!~*'()-]+$/)
  })

  it.each([
    ['image/png', 'image'],
    ['audio/mpeg', 'audio'],
    ['video/mp4', 'video'],
    ['text/html', 'file'],
    ['imagery', 'file'],
  ])('of the type %s is sent as %s', async (type, kind) => {
    expect((await upload('?name=x', { 'content-type': type })).json).toMatchObject({ type: kind })
  })

  it('needs neither a name nor a type', async () => {
    expect((await upload('', {})).json).toMatchObject({ name: 'file', type: 'file' })
  })

  it('that is too large is refused', async () => {
    const answer = await upload('?name=x', { 'content-type': 'image/png' }, Buffer.alloc(LARGEST_UPLOAD_BYTES + 1))
    expect(answer).toMatchObject({ status: 413, json: { error: 'The file is larger than 30 MB.' } })
  })

  it('that was forgotten can be chosen again', async () => {
    const file = await upload('?name=old.txt', { 'content-type': 'text/plain' })
    for (let index = 0; index < 40; index += 1) await upload('?name=new.txt', { 'content-type': 'text/plain' })
    const { chat, agent } = await talking(served.page, 'Ole')
    const answer = await served.act({ type: 'agentSendsFile', chat, agent, upload: fieldOf(file, 'id') })
    expect(answer).toMatchObject({ status: 422, json: { error: 'This file was not kept; choose it again.' } })
  })
})

describe('media', () => {
  it.each([
    'text/html',
    'application/xhtml+xml',
    'text/xml',
    'application/pdf',
    'text/javascript',
    'image/png, text/html',
  ])('of the type %s are a download that no browser runs', async (type) => {
    const file = await upload('?name=page.html', { 'content-type': type }, '<script>alert(1)</script>')
    const read = await media(fieldOf(file, 'url'))
    expect(read.headers).toMatchObject({
      'content-type': 'application/octet-stream',
      'content-disposition': expect.stringMatching(/^attachment/),
      'content-security-policy': expect.stringMatching(/default-src 'none'.*sandbox/),
    })
    expect(guardsOf(read)).toMatchObject(GUARDED)
  })

  it('that are drawings may run and load nothing', async () => {
    const svg = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    const file = await upload('?name=a.svg', { 'content-type': 'image/svg+xml; charset=utf-8' }, svg)
    const { headers } = await media(fieldOf(file, 'url'))
    expect(headers).toMatchObject({ 'content-type': 'image/svg+xml', 'x-content-type-options': 'nosniff' })
    expect(headers['content-security-policy']).toMatch(/^default-src 'none';.*; sandbox$/)
    expect(headers['content-security-policy']).not.toMatch(/script|allow-/)
  })

  it('that the agents have, as pictures of theirs, are shown', async () => {
    const [{ picture = '' } = {}] = served.page.known().view.agents
    expect(await media(picture)).toMatchObject({ status: 200, headers: { 'content-type': 'image/svg+xml' } })
  })

  it.each([
    'https://evil.example/x.png',
    'http://127.0.0.1:80/x',
    'http://169.254.169.254/latest/meta-data',
    'http://localhost/x',
    'https://files.example.com.evil.example/x',
    'https://files.example.com@evil.example/x',
    'file:///etc/passwd',
    'data:text/html,hello',
  ])('from %s are refused', async (url) => {
    expect(await media(url)).toMatchObject({ status: 422, json: { error: 'No emulator serves this address.' } })
  })

  it('need an address that can be read, of a file that is there', async () => {
    for (const url of ['', 'nonsense', '/x.png']) expect((await media(url)).status).toBe(400)
    for (const name of ['gone.png', '%E0%A4%A', '%2e%2e/x']) {
      const answer = await media(`https://files.example.com/${name}`)
      expect(answer).toMatchObject({ status: 422, json: { error: expect.stringMatching(/cannot be read/) } })
    }
  })
})

describe('the answer with a file', () => {
  it.each(['image/png', 'image/jpeg', 'image/webp', 'audio/mpeg', 'audio/x-wav', 'video/mp4', 'image/svg+xml'])(
    'of the type %s is shown',
    async (type) => {
      const answer = mediaResponse(PICTURE, `${type}; charset=utf-8`, 'a')
      expect(answer.headers.get('content-type')).toBe(type)
      expect(answer.headers.has('content-disposition')).toBe(false)
      expect(answer.headers.get('content-security-policy')).toMatch(/sandbox$/)
      expect(Buffer.from(await answer.arrayBuffer())).toEqual(PICTURE)
    }
  )

  it.each(['text/html', '', 'image/svg', 'image/png/html', 'video/', 'IMAGE/SVG+XML', ' text/html ; image/png'])(
    'of the type "%s" is a download with its name',
    (type) => {
      const { headers } = mediaResponse(PICTURE, type, 'a "b"\r\nc.html')
      expect(headers.get('content-type')).toBe('application/octet-stream')
      expect(headers.get('content-disposition')).toBe("attachment; filename*=UTF-8''a%20%22b%22%0D%0Ac.html")
    }
  )
})
