import * as fc from 'fast-check'
import { pieces } from './written-json'

/** Names that mean something to JavaScript, or to nobody. */
export const names = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'valueOf',
  'hasOwnProperty',
  'toJSON',
  'then',
  'length',
  '',
  '0',
  'id',
  'type',
  'url',
  'text',
  'name',
  'sender',
  'content_type',
  'richText',
  '\ud800',
  'a'.repeat(600),
] as const

const html = [
  '<'.repeat(20_000),
  '<b>'.repeat(10_000),
  '<ul><li>'.repeat(5_000),
  '<a href="https://example.com/">x'.repeat(1_000),
  '<a href=javascript:alert(1)>x</a><a href>y</a><a href="mailto:a@example.com">',
  '<img src="https://example.com/a.png">'.repeat(300),
  '<img src="https://[::1"><img src=https://example.com/%zz alt="\ud800"><img src="data:image/png;base64,AA==">',
  '<pre>\r\n\r\n  a\tb </pre><ol start=999999999999><li><ol start="-1"><li>',
  '<style><script></style>still hidden?</script><title><template>a',
  '<!--'.repeat(5_000),
  '<![CDATA[x]]><?php ?><!DOCTYPE html><svg/onload=1><x y="z',
  '&amp;&lt;&#0;&#xd800;&#x110000;&nbsp;&notanentity;&'.repeat(300),
  '</p></div></li></a></pre></style>',
  `<p>${' \u00a0\n'.repeat(10_000)}</p>`,
  `<p>${'long '.repeat(30_000)}</p>`,
]

const addresses = [
  'https://example.com/%E0%A4%A/%/a.png',
  'https://example.com/\ud800.png',
  'https://user:password@example.com:99999/',
  'https://',
  'http://127.0.0.1/secret',
  'https://[::ffff:127.0.0.1]/',
  'javascript:alert(1)',
  'data:text/html;base64,AA==',
  `https://example.com/${'a/'.repeat(30_000)}`,
  'hubspot-file:1',
  'hubspot-rest:',
  '//example.com',
  'https://example.com/api/v1/x',
]

const texts = [
  '',
  ' ',
  '\u200b\u00a0\u3000',
  '\0',
  '\ud800',
  'a\udc00b',
  '\ud83d'.repeat(5_000),
  '\u{1F468}\u200D\u{1F469}\u200D\u{1F467}'.repeat(20_000),
  'e\u0301'.repeat(50_000),
  '\u202e\u2066 reversed',
  '\ufeff',
  'a'.repeat(501),
  'a'.repeat(5_000),
  'a'.repeat(100_001),
  'a'.repeat(140_000),
  `${' '.repeat(50_000)}a`,
  `a${'\n'.repeat(50_000)}`,
  'x@'.repeat(20_000),
  '"\\'.repeat(10_000),
  'NaN',
  'Infinity',
  '1e400',
  '-1',
  '0x10',
  '9'.repeat(400),
  '9007199254740993',
  '2026-02-30T25:61:61Z',
  '+275760-09-13T00:00:00.001Z',
  'not a date',
  'A-',
  'A-9'.repeat(400),
  '$b',
  'opening',
  'yes',
  '[object Object]',
  'null',
  'conv_00000000000000000000000000',
  'conv_7ZZZZZZZZZZZZZZZZZZZZZZZZZ',
  'conv_ZZZZZZZZZZZZZZZZZZZZZZZZZZ',
  `conv_${'0'.repeat(10_000)}`,
  '../../v1/chat/users',
  'a/b?c#d%2F',
  "'; drop table users; --",
  '${7*7}{{7*7}}',
]

const numbers = [0, -1, 1.5, 1e21, 1e308, 5e-324, Number.MAX_SAFE_INTEGER, 2 ** 53, -(2 ** 63), 8.64e15 + 1]

/** Every one of them, so also those that are no character by themselves. */
const codeUnit = fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code))

/** What stands where something else is expected. */
export const hostileValue: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom<unknown>(null, true, false, [], {}, [[]], [null], [{}], { id: null }) },
  { weight: 8, arbitrary: fc.constantFrom(...texts) },
  { weight: 4, arbitrary: fc.constantFrom(...html) },
  { weight: 3, arbitrary: fc.constantFrom(...addresses) },
  { weight: 4, arbitrary: fc.constantFrom(...numbers) },
  { weight: 5, arbitrary: fc.constantFrom(...pieces) },
  { weight: 1, arbitrary: fc.constantFrom(...names).map((name) => Object.fromEntries([[name, { [name]: 1 }]])) },
  { weight: 3, arbitrary: fc.string({ unit: codeUnit, maxLength: 40 }) },
  { weight: 2, arbitrary: fc.double({ noDefaultInfinity: true, noNaN: true }) },
  { weight: 2, arbitrary: fc.jsonValue({ maxDepth: 3 }) }
)
