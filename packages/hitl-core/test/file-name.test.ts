import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { MediaPart } from '../src/adapter'
import { fileName } from '../src/media/file-name'

const part = (change: Partial<MediaPart> = {}): MediaPart => ({
  kind: 'image',
  url: 'https://files.test/a/b',
  ...change,
})

describe('the name of a file', () => {
  it.each<[string, Partial<MediaPart>, string, string]>([
    [
      'is its title, when that looks like one',
      { name: 'Rechnung 1.PDF', url: 'https://f.test/x.png' },
      'image/png',
      'Rechnung 1.PDF',
    ],
    [
      'is the last part of the address, when the title is none',
      { name: 'My invoice', url: 'https://f.test/a/x.png?y=z.gif#w.jpg' },
      'image/gif',
      'x.png',
    ],
    [
      'is the last part of the address, when there is no title',
      { url: 'https://f.test/x.jpeg' },
      'image/png',
      'x.jpeg',
    ],
    ['is the title with an ending, when neither looks like one', { name: ' My photo ' }, 'image/png', 'My photo.png'],
    ['is the kind with an ending, when there is nothing else', {}, 'image/png', 'image.png'],
    ['is the kind, when the title is empty', { name: '  ' }, 'image/png', 'image.png'],
    ['takes the ending from a type with parameters', { kind: 'audio' }, 'audio/mpeg; codecs=x', 'audio.mpeg'],
    ['has no ending, when the type gives none', { kind: 'file' }, 'application/octet-stream', 'file'],
    ['has no ending, when the type is one of many words', { kind: 'video' }, 'image/svg+xml', 'video'],
    ['has no ending, when there is no type', { kind: 'file' }, '', 'file'],
    ['has no ending, when the type has one part only', { kind: 'file' }, 'pdf', 'file'],
    [
      'does not take a longer ending for one',
      { name: 'We met at acme.company-meeting' },
      'image/png',
      'We met at acme.company-meeting.png',
    ],
    ['is not taken from an address without a path', { url: 'https://files.test' }, 'image/png', 'image.png'],
    [
      'is not taken from an address that ends with a slash',
      { url: 'https://files.test/x.png/' },
      'image/png',
      'image.png',
    ],
  ])('%s', (_name, change, contentType, expected) => {
    expect(fileName(part(change), contentType)).toBe(expected)
  })

  it('is never empty and never throws, whatever title and type are', () => {
    fc.assert(
      fc.property(fc.option(fc.string(), { nil: undefined }), fc.webUrl(), fc.string(), (name, url, contentType) => {
        expect(fileName(part({ url, ...(name === undefined ? {} : { name }) }), contentType)).not.toBe('')
      })
    )
  })
})
