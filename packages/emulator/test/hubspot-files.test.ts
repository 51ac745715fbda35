import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { defaultSeed, rateLimitFault } from '../src/providers/hubspot'
import { HubSpotKit, textAt } from './hubspot-kit'

let kit: HubSpotKit
beforeAll(async () => {
  kit = await HubSpotKit.start()
})
afterAll(() => kit.close())
beforeEach(() => kit.reset())
afterEach(() => kit.emulator.clock.reset())

const read = (url: string) => {
  const { pathname, search } = new URL(url)
  return kit.request(pathname + search)
}

describe('an upload', () => {
  it('becomes a file', async () => {
    const { status, body } = await kit.upload()
    expect(status).toBe(201)
    expect(body).toEqual({
      id: expect.stringMatching(/^\d+$/),
      name: 'hello',
      extension: 'txt',
      type: 'DOCUMENT',
      size: 5,
      url: expect.stringContaining('hello.txt'),
      access: 'PRIVATE',
      path: '/hitl/hello.txt',
      createdAt: expect.any(String),
      updatedAt: expect.any(String),
      archived: false,
    })
    for (const base of ['/files/v3/files', '/files/2026-03/files']) {
      expect((await kit.call('GET', `${base}/${textAt(body, 'id')}`)).body).toEqual(body)
    }
    expect(kit.hub.files).toMatchObject([{ name: 'hello.txt', contentType: 'text/plain', access: 'PRIVATE' }])
  })

  it.each([
    ['no file', { file: undefined }],
    ['a text as file', { file: 'hello' }],
    ['no options', { options: undefined }],
    ['options that are no JSON', { options: 'PRIVATE' }],
    ['options without access', { options: '{}' }],
    ['another access', { options: '{"access":"SECRET"}' }],
    ['unknown options', { options: '{"access":"PRIVATE","public":true}' }],
    ['no folder', { folderPath: undefined }],
    ['two folders', { folderId: '7' }],
    ['an unknown part', { title: 'x' }],
  ])('is refused for %s', async (_what, bad) => {
    expect((await kit.upload(bad)).status).toBe(400)
    expect(kit.hub.files).toEqual([])
  })

  it('is multipart', async () => {
    expect((await kit.call('POST', '/files/v3/files', { file: 'x' })).status).toBe(415)
  })

  it('may name a folder by id, and the file by itself', async () => {
    const { body } = await kit.upload({ folderPath: undefined, folderId: '7', fileName: undefined })
    expect(body).toMatchObject({ name: 'hello', path: '/folder-7/hello.txt' })
  })

  it('needs one of the scopes for files', async () => {
    kit.hub.seed({ ...defaultSeed, scopes: ['files.write'] })
    expect((await kit.upload()).status).toBe(201)
    await kit.reset()
    kit.hub.seed({ ...defaultSeed, scopes: ['files.read'] })
    expect((await kit.upload()).status).toBe(403)
  })
})

describe('a file', () => {
  it('that is private is read at its signed address only, in time', async () => {
    const { body } = await kit.upload()
    expect((await read(textAt(body, 'url'))).status).toBe(403)
    const signed = await kit.call('GET', `/files/v3/files/${textAt(body, 'id')}/signed-url?expirationSeconds=60`)
    expect(signed.body).toEqual({
      url: expect.any(String),
      expiresAt: expect.any(String),
      name: 'hello',
      extension: 'txt',
      size: 5,
      type: 'DOCUMENT',
    })
    const url = textAt(signed.body, 'url')
    expect((await read(url)).raw).toBe('hello')
    expect((await read(url.replace(/Expires=\d/, 'Expires=9'))).status).toBe(403)
    await kit.emulator.clock.advance(60_000)
    expect((await read(url)).status).toBe(403)
  })

  it('that is public is read by anybody', async () => {
    const { body } = await kit.upload({ options: JSON.stringify({ access: 'PUBLIC_NOT_INDEXABLE' }) })
    expect((await read(textAt(body, 'url'))).raw).toBe('hello')
  })

  it('that is unknown is 404', async () => {
    expect((await kit.call('GET', '/files/v3/files/1')).status).toBe(404)
    expect((await kit.call('GET', '/files/v3/files/1/signed-url')).status).toBe(404)
  })
})

describe('the general faults', () => {
  it.each(['DAILY', 'TEN_SECONDLY_ROLLING', 'SECONDLY'] as const)('make a 429 of the policy %s', async (policy) => {
    kit.emulator.faults.add({ target: 'hubspot', match: 'inboxes', fault: rateLimitFault(policy, 7) })
    const limited = await kit.call('GET', '/conversations/v3/conversations/inboxes')
    expect(limited.status).toBe(429)
    expect(limited.body).toMatchObject({ status: 'error', errorType: 'RATE_LIMIT', policyName: policy })
    expect(limited.headers.get('retry-after')).toBe('7')
    expect((await kit.call('GET', '/conversations/v3/conversations/inboxes')).status).toBe(200)
  })
})
