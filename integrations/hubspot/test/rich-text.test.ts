import type { Part } from '@hitl/core'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readRichText, readText } from '../src/rich-text'

const text = (value: string): Part => ({ kind: 'text', text: value })
const image = (url: string, name?: string): Part => ({ kind: 'image', url, ...(name ? { name } : {}) })
const PNG = 'https://files.example.com/a.png'
const IMG = `<img src="${PNG}">`
const LINK = 'https://example.com/guide'

/** Rows of a name, the HTML, and the one text that is shown of it. */
type Row = [string, string, string]
const expectText = (html: string, shown: string) => expect(readRichText(html)).toEqual([text(shown)])

describe('paragraphs and lines', () => {
  it.each<Row>([
    ['plain text', 'Hello', 'Hello'],
    ['one paragraph', '<p>Hello</p>', 'Hello'],
    ['two paragraphs', '<p>a</p><p>b</p>', 'a\nb'],
    ['two divisions', '<div>a</div><div>b</div>', 'a\nb'],
    ['divisions in divisions', '<div><div>a</div><div><p>b</p></div></div>', 'a\nb'],
    ['text before and after a paragraph', 'a<p>b</p>c', 'a\nb\nc'],
    ['a line break', 'a<br>b', 'a\nb'],
    ['a line break written as XML', 'a<br/>b<br />c', 'a\nb\nc'],
    ['an empty line', '<p>a</p><p><br></p><p>b</p>', 'a\n\nb'],
    ['two line breaks', 'a<br><br>b', 'a\n\nb'],
    ['many line breaks, of which one empty line stays', `a${'<br>'.repeat(9)}b`, 'a\n\nb'],
    ['line breaks around everything', '<br><p><br>a</p><br><br>', 'a'],
    ['empty paragraphs', '<p>a</p><p></p><div></div><p>b</p>', 'a\nb'],
    ['headings', '<h1>a</h1><h2>b</h2><h6>c</h6>d', 'a\nb\nc\nd'],
    ['a quotation', '<p>a</p><blockquote><p>b</p><p>c</p></blockquote><p>d</p>', 'a\nb\nc\nd'],
    ['a line across', 'a<hr>b', 'a\nb'],
    ['sections', '<section>a</section><article>b</article><footer>c</footer>', 'a\nb\nc'],
    ['rows of a table', '<table><tr><td>a</td></tr><tr><td>b</td></tr></table>', 'a\nb'],
  ])('are kept: %s', (_, html, shown) => expectText(html, shown))

  it('keep the cells of a table apart', () => {
    const [part] = readRichText(
      '<table><tbody><tr><th>Size</th><th>Price</th></tr><tr><td>M</td><td>5</td></tr></table>'
    )
    expect(part).toMatchObject({ kind: 'text', text: expect.stringMatching(/^Size\W+Price\nM\W+5$/) })
  })

  it('keep the words inside a table apart, and lines of one cell together', () => {
    const [part] = readRichText('<table><tr><td>a b</td><td><b>c</b> d</td></tr></table>')
    expect(part).toMatchObject({ kind: 'text', text: expect.stringMatching(/^a b[^\w\n]+c d$/) })
  })
})

describe('white space', () => {
  it.each<Row>([
    ['around a text', '  a  ', 'a'],
    ['of source lines', '<div>\n  <p>a\n  b</p>\n\n  <p>c</p>\n</div>\n', 'a b\nc'],
    ['in a row', 'a \t\r\n  b', 'a b'],
    ['between marked words', '<b>a</b> <i>b</i>', 'a b'],
    ['inside of marks', '<b>a </b><i> b</i>', 'a b'],
    ['nowhere between marked letters', '<b>a</b><i>b</i>', 'ab'],
    ['before and after a line break', 'a <br> b', 'a\nb'],
    ['at the beginning and end of paragraphs', '<p> a </p><p> b </p>', 'a\nb'],
    ['that may not break', 'a&nbsp;b', 'a b'],
    ['that may not break, in a paragraph of its own', '<p>a</p><p>&nbsp;</p><p>b</p>', 'a\nb'],
  ])('is shown as browsers show it: %s', (_, html, shown) => {
    const [part, ...more] = readRichText(html)
    expect(more).toEqual([])
    expect(part?.kind === 'text' && part.text.replaceAll('\u00a0', ' ')).toBe(shown)
  })

  it('stays as it is in preformatted text', () => {
    expectText('<pre>if (a)\n    b()\n\n  c  d</pre>', 'if (a)\n    b()\n\n  c  d')
    expectText('<p>Run:</p><pre>npm i\nnpm  test</pre><p>a  b</p>', 'Run:\nnpm i\nnpm  test\na b')
  })
})

describe('marks', () => {
  it.each<Row>([
    ['bold and italic', '<b>a</b> <strong>b</strong> <i>c</i> <em>d</em> <u>e</u> <s>f</s>', 'a b c d e f'],
    ['one in the other', '<b>a <i>b <u>c</u></i></b>', 'a b c'],
    ['in the middle of a word', 'un<b>believ</b>able', 'unbelievable'],
    ['spans and fonts', '<span style="color:red">a</span><font size="7"> b</font>', 'a b'],
    ['code', 'Run <code>npm test</code> now', 'Run npm test now'],
    ['tags nobody knows', '<hs-mention id="5">@Anna</hs-mention> hi', '@Anna hi'],
    ['a mark around paragraphs', '<b><p>a</p><p>b</p></b>', 'a\nb'],
  ])('go, and their text stays: %s', (_, html, shown) => expectText(html, shown))
})

describe('lists', () => {
  it.each<Row>([
    ['points', '<ul><li>a</li><li>b</li></ul>', '• a\n• b'],
    ['numbers', '<ol><li>a</li><li>b</li><li>c</li></ol>', '1. a\n2. b\n3. c'],
    ['between paragraphs', '<p>x</p><ul><li>a</li></ul><p>y</p>', 'x\n• a\ny'],
    ['one after the other', '<ol><li>a</li></ol><ol><li>b</li></ol>', '1. a\n1. b'],
    ['in source lines', '<ul>\n  <li>a</li>\n  <li>b</li>\n</ul>', '• a\n• b'],
    ['points in numbers', '<ol><li>a<ul><li>b</li><li>c</li></ul></li><li>d</li></ol>', '1. a\n  • b\n  • c\n2. d'],
    ['numbers in points', '<ul><li>a<ol><li>b</li></ol></li><li>c</li></ul>', '• a\n  1. b\n• c'],
    ['three deep', '<ul><li>a<ul><li>b<ul><li>c</li></ul></li></ul></li></ul>', '• a\n  • b\n    • c'],
    ['items that are not closed', '<ul><li>a<li>b</ul>c', '• a\n• b\nc'],
    ['an item without a list', '<li>a</li>', '• a'],
    ['marks and links in items', `<ul><li><b>a</b> <a href="${LINK}">b</a></li></ul>`, `• a b (${LINK})`],
    ['paragraphs in items', '<ul><li><p>a</p></li><li><p>b</p></li></ul>', '• a\n• b'],
    ['divisions in numbered items', '<ol><li><div>a</div></li><li><div>b</div></li></ol>', '1. a\n2. b'],
    ['lists in items with paragraphs', '<ul><li><p>a</p><ul><li><p>b</p></li></ul></li></ul>', '• a\n  • b'],
    ['numbers that begin elsewhere', '<ol start="3"><li>a</li><li>b</li></ol>', '3. a\n4. b'],
  ])('are shown line by line: %s', (_, html, shown) => expectText(html, shown))

  it('keep an image in its place, without a point of its own', () => {
    expect(readRichText(`<ul><li>a</li><li>${IMG}</li></ul>`)).toEqual([text('• a'), image(PNG)])
    expect(readRichText(`<ul><li>${IMG}</li></ul>`)).toEqual([image(PNG)])
  })
})

describe('links', () => {
  it.each<Row>([
    ['with another label', `Read <a href="${LINK}">the guide</a>.`, `Read the guide (${LINK}).`],
    ['with themselves for a label', `<a href="${LINK}">${LINK}</a>`, LINK],
    [
      'with themselves but for the last slash',
      '<a href="https://example.com/">https://example.com</a>',
      'https://example.com',
    ],
    ['with a marked label', `<a href="${LINK}"><b>the</b> <i>guide</i></a>`, `the guide (${LINK})`],
    ['with themselves in bold', `<a href="${LINK}"><b>${LINK}</b></a>`, LINK],
    ['without a label', `<a href="${LINK}"></a>`, LINK],
    ['with a blank label', `<a href="${LINK}"> </a>`, LINK],
    ['with a scheme in capitals', '<a href="HTTPS://EXAMPLE.COM">a</a>', 'a (HTTPS://EXAMPLE.COM)'],
    ['with an ampersand', '<a href="https://e.com/?a=1&amp;b=2">a</a>', 'a (https://e.com/?a=1&b=2)'],
    [
      'to an e-mail address',
      '<a href="mailto:help@example.com">write to us</a>',
      'write to us (mailto:help@example.com)',
    ],
    ['to a phone number', '<a href="tel:+14155550123">call us</a>', 'call us (tel:+14155550123)'],
    [
      'to the e-mail address of the label',
      '<a href="mailto:help@example.com">help@example.com</a>',
      'help@example.com',
    ],
    ['to the phone number of the label', '<a href="tel:+14155550123">+14155550123</a>', '+14155550123'],
    ['one after the other', `<a href="${LINK}">a</a> <a href="https://b.com">b</a>`, `a (${LINK}) b (https://b.com)`],
    ['in paragraphs', `<p><a href="${LINK}">a</a></p><p>b</p>`, `a (${LINK})\nb`],
    ['not closed', `<a href="${LINK}">a`, `a (${LINK})`],
    ['with a blank at the end of the label', `<a href="${LINK}">a </a>b`, `a (${LINK}) b`],
    ['one inside of the other', `<a href="${LINK}">a <a href="https://b.com">b</a>`, `a (${LINK}) b (https://b.com)`],
  ])('are shown behind their label: %s', (_, html, shown) => expectText(html, shown))

  it.each([
    'javascript:alert(1)',
    'JavaScript:alert(1)',
    ' javascript:alert(1)',
    'java\nscript:alert(1)',
    'java&#115;cript:alert(1)',
    'data:text/html,<b>x</b>',
    'vbscript:x',
    'file:///etc/passwd',
    'blob:https://x',
    '//example.com/x',
    '/relative',
    '#top',
    '',
  ])('are never shown when they lead to %j: only the label is', (href) => {
    expectText(`<a href="${href}">click here</a>`, 'click here')
    expect(readRichText(`<a href="${href}"></a>`)).toEqual([])
  })

  it('without an address are their label', () => {
    expectText('<a name="top">Top</a>', 'Top')
  })

  it('around an image and a label keep both', () => {
    expect(readRichText(`<p>See this <a href="${LINK}">${IMG} the guide</a></p>`)).toEqual([
      text('See this'),
      image(PNG),
      text(`the guide (${LINK})`),
    ])
  })

  it('around an image alone are shown after it', () => {
    expect(readRichText(`<p>See <a href="${LINK}">${IMG}</a></p>`)).toEqual([text('See'), image(PNG), text(LINK)])
  })
})

describe('images', () => {
  it('stand where they stood between the texts', () => {
    expect(readRichText(`<p>a</p>${IMG}<p>b</p>${IMG}${IMG}c`)).toEqual([
      text('a'),
      image(PNG),
      text('b'),
      image(PNG),
      image(PNG),
      text('c'),
    ])
  })

  it('inside of a paragraph part it', () => {
    expect(readRichText(`<p>a ${IMG} b</p>`)).toEqual([text('a'), image(PNG), text('b')])
  })

  it.each<[string, string, string | undefined]>([
    ['by their description', `<img src="${PNG}" alt="screen.png">`, 'screen.png'],
    ['without blanks', `<img alt="  screen  " src="${PNG}">`, 'screen'],
    ['not at all when it is empty', `<img src="${PNG}" alt="">`, undefined],
    ['not at all when it is blank', `<img src="${PNG}" alt=" ">`, undefined],
    ['not by their title', `<img src="${PNG}" title="x">`, undefined],
  ])('are named %s', (_, html, name) => {
    expect(readRichText(html)).toEqual([image(PNG, name)])
  })

  it('keep the whole address', () => {
    expect(readRichText('<IMG SRC="https://e.com/a?b=1&amp;c=%20d">')).toEqual([image('https://e.com/a?b=1&c=%20d')])
  })

  it.each([
    'cid:ii_1',
    'data:image/png;base64,AAAA',
    'http://example.com/a.png',
    '//example.com/a.png',
    '/a.png',
    'a.png',
    'javascript:x',
    'blob:https://x',
    '',
  ])('that nobody else can fetch are left out (%j)', (src) => {
    expect(readRichText(`a<img src="${src}" alt="x">`)).toEqual([text('a')])
    expect(readRichText(`<img src="${src}">`)).toEqual([])
  })

  it('without an address are left out', () => {
    expect(readRichText('<img alt="x">')).toEqual([])
  })
})

describe('characters', () => {
  it.each<Row>([
    ['named', '&amp; &lt; &gt; &quot; &apos; &eacute;', '& < > " \' é'],
    ['numbered', '&#39; &#x27; &#128512; &#x1F600;', "' ' 😀 😀"],
    ['named twice, which are meant as text', '&amp;amp; &amp;lt;b&amp;gt;', '&amp; &lt;b&gt;'],
    ['that look like tags', '&lt;script&gt;alert(1)&lt;/script&gt;', '<script>alert(1)</script>'],
    ['that are no entities', 'a & b &unknown; &', 'a & b &unknown; &'],
    ['of emoji and other scripts', '<p>👋🏽 👨‍👩‍👧 Grüße 你好 مرحبا</p>', '👋🏽 👨‍👩‍👧 Grüße 你好 مرحبا'],
    ['smaller and greater', 'a < b > c <3', 'a < b > c <3'],
  ])('are what they stand for: %s', (_, html, shown) => expectText(html, shown))
})

describe('what is not meant to be seen', () => {
  it.each<Row>([
    ['a comment', 'a<!-- <b>secret</b> -->b', 'ab'],
    ['a comment for old browsers', 'a<!--[if mso]><p>secret</p><![endif]-->b', 'ab'],
    ['a style', '<style>p { color: red }</style>a', 'a'],
    ['a script', 'a<script>secret("<p>")</script>b', 'ab'],
    ['a script in capitals', 'a<SCRIPT>secret()</SCRIPT>b', 'ab'],
    ['a head', '<html><head><title>secret</title></head><body>a</body></html>', 'a'],
    ['a title', '<title>secret</title>a', 'a'],
    ['a template', 'a<template><p>secret</p></template>b', 'ab'],
    ['a link of a template', `a<template><a href="${LINK}">secret</a></template>b`, 'ab'],
    ['an image of a template', `a<template>${IMG}</template>b`, 'ab'],
    ['a declaration', '<!DOCTYPE html><?xml version="1.0"?>a', 'a'],
  ])('is not: %s', (_, html, shown) => {
    const parts = readRichText(html)
    expect(parts.map((part) => (part.kind === 'text' ? part.text.replaceAll('\n', '') : part.url))).toEqual([shown])
  })

  it.each(['<style>secret', '<script>secret', 'x<!-- secret', '<template>secret'])(
    'is not, though not closed: %s',
    (html) => {
      expect(JSON.stringify(readRichText(html))).not.toContain('secret')
    }
  )

  it.each(['</style>a', '</script>a', '</template>a', '<style></style></style>a', '</head></head>a'])(
    'ends where it ends: %s',
    (html) => expectText(html, 'a')
  )
})

describe('HTML that is broken', () => {
  it.each<Row>([
    ['nothing is closed', '<div><p>a<p>b<b>c', 'a\nbc'],
    ['closed in another order', '<b><i>a</b></i> b', 'a b'],
    ['closed too often', '<p>a</p></p></div></ul></a></b>b', 'a\nb'],
    ['closed before it is opened', '</div></li></a>a', 'a'],
    ['a tag that breaks off', 'a<img src="https://files.exa', 'a'],
    ['a mark across paragraphs', '<p>a<b>b</p><p>c</b>d</p>', 'ab\ncd'],
    ['an attribute without quotes', `<a href=${LINK}>a</a>`, `a (${LINK})`],
    ['an attribute twice', `<a href="${LINK}" href="javascript:x">a</a>`, `a (${LINK})`],
    ['tags in capitals', '<P>a</P><UL><LI>b</LI></UL>', 'a\n• b'],
    ['names of the language', '<constructor>a</constructor><toString>b</toString>', 'ab'],
  ])('is read as well as can be: %s', (_, html, shown) => expectText(html, shown))

  it.each([
    '<',
    '>',
    '</',
    '<>',
    '</>',
    '<a',
    '<!',
    '<!-',
    '<?',
    '&',
    '&#',
    '&#x',
    '&#x110000;',
    '&#0;',
    '<a href',
    '<a href="',
  ])('does no harm: %s', (html) => {
    expect(readRichText(html).every(({ kind }) => kind === 'text')).toBe(true)
  })

  const tags = [
    'p',
    'div',
    'b',
    'ul',
    'ol',
    'li',
    'a href="https://x.io"',
    'img src="https://x.io/a" alt="n"',
    'br',
    'pre',
    'td',
    'tr',
    'style',
    'template',
  ]
  const piece = fc.oneof(
    fc.constantFrom(...tags).map((tag) => `<${tag}>`),
    fc.constantFrom(...tags).map((tag) => `</${tag.split(' ')[0]}>`),
    fc.constantFrom(' ', '\n', 'word', '&nbsp;', '&lt;', '<!--', '-->', '<', '"'),
    fc.string({ unit: 'binary', maxLength: 5 })
  )

  it('gives parts that can be shown, whatever it is', () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
        for (const part of readRichText(pieces.join(''))) {
          if (part.kind === 'text') expect(part.text).toBe(part.text.trim())
          else expect(part).toMatchObject({ kind: 'image', url: 'https://x.io/a' })
          expect(part).not.toEqual(text(''))
        }
      }),
      { numRuns: 1_000 }
    )
  })
})

describe('very long HTML', () => {
  const LONG = 100_000
  /** What this process has worked so far: other processes do not count. */
  const workMs = () => {
    const { user, system } = process.cpuUsage()
    return (user + system) / 1_000
  }
  /** The unit, repeated to ever greater lengths: nothing can stop a run that takes too long. */
  function* growing(unit: string, before: string, after: string) {
    for (let size = 1_000; size <= LONG; size *= 10 ** 0.125) {
      yield `${before}${unit.repeat(Math.ceil(size / unit.length))}${after}`
    }
  }

  it.each<[string, string, string?, string?]>([
    ['words', 'word '],
    ['paragraphs', '<p>Some words of an agent.</p>'],
    ['short paragraphs', '<p>a</p>'],
    ['items', '<li>a</li>', '<ul>', '</ul>'],
    ['links', '<a href="https://x.io">y</a>'],
    ['images', IMG],
    ['marks', '<b>a</b>'],
    ['entities', '&amp;'],
    ['line breaks', '<br>'],
    ['blanks', ' ', 'a', 'b'],
    ['preformatted blanks', ' ', '<pre>', 'x</pre>'],
    ['preformatted blanks in many lines', `${' '.repeat(500)}x<p>`, '<pre>'],
    ['preformatted lines', '\n', '<pre>', 'x</pre>'],
    ['divisions in divisions', '<div>'],
    ['lists in lists', '<ul><li>', '', 'a'],
    ['quotations in lists', '<ol><li>a<blockquote>'],
    ['tags that are opened only', '<a '],
    ['tags that are closed only', '</p>'],
    ['comments that are opened only', '<!--'],
    ['signs', '<'],
  ])('is read in reasonable time, and does not swell: %s', (_, unit, before = '', after = '') => {
    for (const html of growing(unit, before, after)) {
      const start = workMs()
      const parts = readRichText(html)
      expect(workMs() - start).toBeLessThan(1_500)
      expect(JSON.stringify(parts).length).toBeLessThan(10 * LONG)
    }
  })

  it('keeps every word', () => {
    const [part] = readRichText('<p>word</p>'.repeat(9_000))
    expect(part?.kind === 'text' && part.text.split('\n')).toHaveLength(9_000)
  })
})

describe('the text and the HTML of a message', () => {
  const most = `${'<b></b>'.repeat(14_284)}<p>rich</p>`

  it('become the HTML up to 100,000 characters, and the text beyond', () => {
    const longest = most.padEnd(100_000)
    expect(readText('plain', longest)).toEqual([text('rich')])
    expect(readText('plain', `${longest} `)).toEqual([text('plain')])
  })

  it.each([undefined, ''])('become the beginning of the HTML when it is longer and there is no text (%j)', (plain) => {
    expect(readText(plain, `${most}${' '.repeat(100_000)}<p>end</p>`)).toEqual([text('rich')])
  })

  it.each<[string, string | undefined, string | undefined, Part[]]>([
    ['the HTML when it shows something', 'plain', '<p>rich</p>', [text('rich')]],
    ['the HTML when there is no text', undefined, '<p>rich</p>', [text('rich')]],
    ['the HTML when it is only an image', '', IMG, [image(PNG)]],
    ['the text when there is no HTML', 'plain', undefined, [text('plain')]],
    ['the text when the HTML is empty', 'plain', '', [text('plain')]],
    ['the text when the HTML shows nothing', 'plain', '<div><p><br>&nbsp;</p><!-- x --></div>', [text('plain')]],
    ['the text when the HTML has only what cannot be fetched', 'plain', '<img src="cid:1">', [text('plain')]],
    ['the text when the HTML is an empty list', 'plain', '<ul><li></li></ul>', [text('plain')]],
    ['the text as it is', '  a\n\n\n\nb <b> &amp; ', undefined, [text('  a\n\n\n\nb <b> &amp; ')]],
    ['nothing', undefined, undefined, []],
    ['nothing but blanks', ' \n\t ', ' <p> </p> ', []],
  ])('become %s', (_, plain, rich, parts) => {
    expect(readText(plain, rich)).toEqual(parts)
  })
})
