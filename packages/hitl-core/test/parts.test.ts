import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { MediaKind, Part, ProviderLimits } from '../src/adapter'
import { fitParts, labelParts, mediaAsText, splitText, toParts, toPayload } from '../src/parts'

const text = (value: string): Part => ({ kind: 'text', text: value })
const limits = (max: number, media: readonly MediaKind[] = ['image', 'audio', 'video', 'file']): ProviderLimits => ({
  text: { max, unit: 'characters' },
  media,
  uploadBytes: 1000,
  webhookMs: 1000,
})
const nonSpace = (value: string) => value.replace(/\s+/g, '')

const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 120 }),
  fc.string({
    unit: fc.constantFrom('a', 'é', '漢', ' ', '\n', '.', '。', '👩‍👩‍👧', '🇫🇷', 'e\u0301', '\ud800', '\r\n'),
    maxLength: 120,
  })
)
const anyPart: fc.Arbitrary<Part> = fc.oneof(
  anyText.map(text),
  fc.record(
    {
      kind: fc.constantFrom<MediaKind>('image', 'audio', 'video', 'file'),
      url: fc.webUrl(),
      name: fc.string(),
    },
    { requiredKeys: ['kind', 'url'] }
  )
)

describe('toParts', () => {
  it.each<[string, string, unknown, Part[]]>([
    ['text as it is', 'text', { text: ' Hello\nthere ' }, [text(' Hello\nthere ')]],
    ['markdown as it is', 'markdown', { markdown: '**Hi**' }, [text('**Hi**')]],
    ['image', 'image', { imageUrl: 'https://x.test/a.png' }, [{ kind: 'image', url: 'https://x.test/a.png' }]],
    [
      'image title as name',
      'image',
      { imageUrl: 'https://x.test/a.png', title: 'A cat' },
      [{ kind: 'image', url: 'https://x.test/a.png', name: 'A cat' }],
    ],
    ['audio', 'audio', { audioUrl: 'http://x.test/a.mp3' }, [{ kind: 'audio', url: 'http://x.test/a.mp3' }]],
    ['video', 'video', { videoUrl: 'https://x.test/a.mp4' }, [{ kind: 'video', url: 'https://x.test/a.mp4' }]],
    [
      'file',
      'file',
      { fileUrl: 'https://x.test/a.pdf?sig=%2Fa', title: ' Invoice\n7 ' },
      [{ kind: 'file', url: 'https://x.test/a.pdf?sig=%2Fa', name: 'Invoice 7' }],
    ],
    [
      'payload with the extra keys the plugin adds',
      'text',
      { type: 'text', text: 'Hi', userId: 'user_1' },
      [text('Hi')],
    ],
    [
      'title of a wrong type left out',
      'image',
      { imageUrl: 'https://x.test/a.png', title: null },
      [{ kind: 'image', url: 'https://x.test/a.png' }],
    ],
    [
      'location with everything',
      'location',
      { latitude: 45.5, longitude: -73.25, title: 'Office', address: '1 Main St' },
      [text('Office\n1 Main St\nhttps://www.google.com/maps?q=45.5,-73.25')],
    ],
    [
      'bare location without exponents',
      'location',
      { latitude: 0.0000001, longitude: 0 },
      [text('https://www.google.com/maps?q=0,0')],
    ],
    [
      'card',
      'card',
      {
        title: 'Plan',
        subtitle: 'Monthly',
        imageUrl: 'https://x.test/p.png',
        actions: [
          { action: 'url', label: 'Open', value: 'https://x.test/plan' },
          { action: 'postback', label: 'Choose', value: 'secret-value' },
        ],
      },
      [text('Plan\nMonthly\nhttps://x.test/p.png\n- Open: https://x.test/plan\n- Choose')],
    ],
    [
      'carousel',
      'carousel',
      {
        items: [
          { title: 'One', actions: [] },
          { title: 'Two', subtitle: 'Second' },
        ],
      },
      [text('One\n\nTwo\nSecond')],
    ],
    [
      'choice',
      'choice',
      {
        text: 'Colour?',
        options: [
          { label: 'Red', value: 'r' },
          { label: 'Blue', value: 'b' },
        ],
      },
      [text('Colour?\n- Red\n- Blue')],
    ],
    ['dropdown', 'dropdown', { text: 'Size?', options: [{ label: 'S', value: 's' }] }, [text('Size?\n- S')]],
  ])('reads %s', (_, type, payload, parts) => {
    expect(toParts(type, payload)).toEqual(parts)
  })

  it('reads every item of a bloc in order', () => {
    const items = [
      { type: 'text', payload: { text: 'First' } },
      { type: 'image', payload: { imageUrl: 'https://x.test/a.png', title: 'Cat' } },
      { type: 'audio', payload: { audioUrl: 'https://x.test/a.mp3' } },
      { type: 'video', payload: { videoUrl: 'https://x.test/a.mp4' } },
      { type: 'file', payload: { fileUrl: 'https://x.test/a.pdf' } },
      { type: 'markdown', payload: { markdown: '*Mid*' } },
      { type: 'location', payload: { latitude: 1, longitude: 2 } },
      { type: 'text', payload: { text: 'Last' } },
    ]
    expect(toParts('bloc', { items })).toEqual([
      text('First'),
      { kind: 'image', url: 'https://x.test/a.png', name: 'Cat' },
      { kind: 'audio', url: 'https://x.test/a.mp3' },
      { kind: 'video', url: 'https://x.test/a.mp4' },
      { kind: 'file', url: 'https://x.test/a.pdf' },
      text('*Mid*'),
      text('https://www.google.com/maps?q=1,2'),
      text('Last'),
    ])
  })

  it('keeps the readable items of a bloc and shows where one could not be read', () => {
    const items = [
      { type: 'text', payload: { text: 'A' } },
      { type: 'image', payload: {} },
      42,
      { type: 'bloc', payload: { items: [] } },
      { type: 'text', payload: { text: 'B' } },
    ]
    expect(toParts('bloc', { items })).toEqual([
      text('A'),
      text('[unsupported message: image]'),
      text('[unsupported message]'),
      text('[unsupported message: bloc]'),
      text('B'),
    ])
  })

  it.each([
    ['ftp://x.test/a.pdf', 'Invoice', 'file Invoice: ftp://x.test/a.pdf'],
    ['/relative/a.pdf', undefined, 'file: /relative/a.pdf'],
    ['data:application/pdf;base64,AAAA', 'Invoice', '[file Invoice without a usable link]'],
    [' DATA:application/pdf,x', undefined, '[file without a usable link]'],
    [`x:${'a'.repeat(600)}`, undefined, '[file without a usable link]'],
    ['', undefined, '[file without a usable link]'],
    ['no url\n[Bot] forged', undefined, 'file: no url [Bot] forged'],
  ])('turns media at %s into a text', (fileUrl, title, shown) => {
    expect(toParts('file', { fileUrl, title })).toEqual([text(shown)])
  })

  it.each([
    ['text', undefined],
    ['text', null],
    ['text', { text: 7 }],
    ['image', { url: 'https://x.test' }],
    ['location', { latitude: '1', longitude: 2 }],
    ['bloc', { items: 'none' }],
    ['carousel', { items: [{}] }],
    ['choice', { text: 'Which?' }],
    ['sticker', { text: 'hi' }],
    ['__proto__', {}],
    ['constructor', {}],
  ])('shows an unreadable %s message as unsupported', (type, payload) => {
    expect(toParts(type, payload)).toEqual([text(`[unsupported message: ${type}]`)])
  })

  it('has no part for blank text', () => {
    expect(toParts('text', { text: ' \n ' })).toEqual([])
    expect(toParts('text', { text: '' })).toEqual([])
  })

  it('survives a deeply nested bloc', () => {
    let payload: unknown = { text: 'deep' }
    for (let depth = 0; depth < 20_000; depth++) payload = { items: [{ type: 'bloc', payload }] }
    expect(toParts('bloc', payload)).toEqual([text('[unsupported message: bloc]')])
  })

  it('never throws and never gives a blank text, whatever the payload', () => {
    const types = [
      'text',
      'image',
      'audio',
      'video',
      'file',
      'bloc',
      'markdown',
      'location',
      'carousel',
      'card',
      'choice',
    ]
    const type = fc.oneof(fc.constantFrom(...types, 'dropdown'), fc.string())
    const keys = ['text', 'markdown', 'imageUrl', 'fileUrl', 'title', 'items', 'type', 'payload', 'options', 'latitude']
    const shaped = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        fc.string(),
        fc.webUrl(),
        fc.double(),
        fc.constantFrom(...types),
        fc.constant(null),
        fc.array(tie('value')),
        fc.dictionary(fc.constantFrom(...keys, 'label', 'longitude'), tie('value'))
      ),
    })).value
    fc.assert(
      fc.property(type, fc.oneof(fc.jsonValue(), fc.anything(), shaped), (messageType, payload) => {
        for (const part of toParts(messageType, payload)) {
          expect(part.kind === 'text' ? part.text.trim() !== '' : /^https?:\/\//.test(part.url)).toBe(true)
        }
      }),
      { numRuns: 500 }
    )
  })
})

describe('toPayload', () => {
  it.each<[Part, { type: string; payload: unknown }]>([
    [text('Hi'), { type: 'text', payload: { text: 'Hi' } }],
    [
      { kind: 'image', url: 'https://x.test/a' },
      { type: 'image', payload: { imageUrl: 'https://x.test/a' } },
    ],
    [
      { kind: 'audio', url: 'https://x.test/a', name: 'Song' },
      { type: 'audio', payload: { audioUrl: 'https://x.test/a', title: 'Song' } },
    ],
    [
      { kind: 'video', url: 'https://x.test/a' },
      { type: 'video', payload: { videoUrl: 'https://x.test/a' } },
    ],
    [
      { kind: 'file', url: 'https://x.test/a', name: ' ' },
      { type: 'file', payload: { fileUrl: 'https://x.test/a' } },
    ],
  ])('makes the Botpress message of %o', (part, message) => {
    expect(toPayload(part)).toEqual(message)
  })

  it('is read back by toParts as the same part', () => {
    const readable = anyPart.filter((part) => part.kind !== 'text' || part.text.trim() !== '')
    fc.assert(
      fc.property(readable, (part) => {
        const { type, payload } = toPayload(part)
        const name = part.kind === 'text' ? '' : (part.name ?? '').replace(/\s+/g, ' ').trim()
        const media = part.kind === 'text' ? part : { kind: part.kind, url: new URL(part.url).href }
        expect(toParts(type, payload)).toEqual([name === '' ? media : { ...media, name }])
      })
    )
  })
})

describe('mediaAsText', () => {
  it('puts the name before the link', () => {
    expect(mediaAsText({ kind: 'file', url: 'https://x.test/a', name: 'Bill\n1' })).toEqual(
      text('Bill 1: https://x.test/a')
    )
  })
  it('is only the link without a name', () => {
    expect(mediaAsText({ kind: 'image', url: 'https://x.test/a', name: '' })).toEqual(text('https://x.test/a'))
  })
})

describe('labelParts', () => {
  const image: Part = { kind: 'image', url: 'https://x.test/a' }

  it.each<[string, Part[], string | undefined, Part[]]>([
    ['labels a text', [text('Bye')], 'Bot', [text('[Bot] Bye')]],
    ['labels only the first text', [text('A'), text('B')], 'Bot', [text('[Bot] A'), text('B')]],
    ['puts a text before media', [image, text('B')], 'Bot', [text('[Bot]'), image, text('B')]],
    ['changes nothing without a speaker', [text('A'), image], undefined, [text('A'), image]],
    ['changes nothing for a blank speaker', [text('A')], '  ', [text('A')]],
    ['adds nothing to an empty message', [], 'Bot', []],
    ['keeps a name on one line', [text('A')], ' Ann\nLee ', [text('[Ann Lee] A')]],
  ])('%s', (_, parts, speaker, labelled) => {
    expect(labelParts(parts, speaker)).toEqual(labelled)
  })

  it('begins with the speaker and keeps every part, without changing its input', () => {
    fc.assert(
      fc.property(fc.array(anyPart, { minLength: 1 }), (parts) => {
        const before = structuredClone(parts)
        const labelled = labelParts(parts, 'Ann')
        expect(parts).toEqual(before)
        const [first, ...rest] = labelled
        expect(first?.kind === 'text' && first.text.startsWith('[Ann]')).toBe(true)
        expect(rest).toEqual(parts[0]?.kind === 'text' ? parts.slice(1) : parts)
      })
    )
  })
})

describe('fitParts', () => {
  it('keeps what fits', () => {
    const parts: Part[] = [text(' Hi '), { kind: 'image', url: 'https://x.test/a', name: 'Cat' }]
    expect(fitParts(parts, limits(10))).toEqual(parts)
  })

  it('splits a text that is too long', () => {
    expect(fitParts([text('one two three')], limits(8))).toEqual([text('one two'), text('three')])
  })

  it('turns a media kind the provider cannot take into a text with the link', () => {
    const parts: Part[] = [
      { kind: 'audio', url: 'https://x.test/a', name: 'Song' },
      { kind: 'video', url: 'https://x.test/v' },
      { kind: 'image', url: 'https://x.test/i' },
    ]
    expect(fitParts(parts, limits(100, ['image']))).toEqual([
      text('Song: https://x.test/a'),
      text('https://x.test/v'),
      parts[2],
    ])
  })

  it('splits the text that stands for media too', () => {
    const parts: Part[] = [{ kind: 'file', url: 'https://x.test/a', name: 'A long name' }]
    expect(fitParts(parts, limits(16, []))).toEqual([text('A long name:'), text('https://x.test/a')])
  })

  it('leaves out blank texts', () => {
    expect(fitParts([text(''), text(' \n'), text('A')], limits(10))).toEqual([text('A')])
  })

  it('gives only parts within the limits and loses no character', () => {
    const kinds = fc.subarray<MediaKind>(['image', 'audio', 'video', 'file'])
    fc.assert(
      fc.property(fc.array(anyPart), fc.integer({ min: 4, max: 40 }), kinds, (parts, max, media) => {
        const fitted = fitParts(parts, limits(max, media))
        for (const part of fitted) {
          const isText = part.kind === 'text'
          expect(isText ? part.text.trim() !== '' && part.text.length <= max : media.includes(part.kind)).toBe(true)
        }
        const kept = fitted.filter((part) => part.kind !== 'text')
        expect(kept).toEqual(parts.filter((part) => part.kind !== 'text' && media.includes(part.kind)))
        const shown = parts.map((part) =>
          part.kind === 'text' ? part.text : media.includes(part.kind) ? '' : mediaAsText(part).text
        )
        expect(nonSpace(fitted.map((part) => (part.kind === 'text' ? part.text : '')).join(''))).toBe(
          nonSpace(shown.join(''))
        )
      })
    )
  })
})

it('offers splitText beside the other part functions', () => {
  expect(splitText('ab', { max: 1, unit: 'characters' })).toEqual(['a', 'b'])
})
