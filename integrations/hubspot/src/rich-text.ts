import type { Part } from '@hitl/core'
import { Parser } from 'htmlparser2'
import { ReadableText } from './readable-text'

const BLOCKS = new Set(
  (
    'address article aside blockquote dd div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr li ' +
    'main nav ol p pre section table tr ul'
  ).split(' ')
)
const HIDDEN = new Set(['style', 'script', 'head', 'title', 'template'])
const MOST_LEVELS = 8

type List = { isNumbered: boolean; count: number }
type Attributes = Readonly<Record<string, string>>

/** What an agent wrote as HTML, as the texts and pictures an end user can read anywhere. */
export function readRichText(html: string): Part[] {
  const reader = new Reader()
  const parser = new Parser({
    onopentag: (name, attributes) => reader.open(name, attributes),
    ontext: (text) => reader.text(text),
    onclosetag: (name) => reader.close(name),
  })
  parser.end(html)
  return reader.end()
}

class Reader {
  private readonly parts: Part[] = []
  private readonly written = new ReadableText()
  private readonly lists: List[] = []
  private hidden = 0
  private preformatted = 0
  private link: { href: string; label: string } | undefined

  open(name: string, attributes: Attributes): void {
    if (HIDDEN.has(name)) this.hidden += 1
    if (this.hidden > 0) return
    if (name === 'br') this.written.breakLine()
    if (BLOCKS.has(name)) this.written.endLine()
    if (name === 'pre') this.preformatted += 1
    if (name === 'ul' || name === 'ol') this.lists.push({ isNumbered: name === 'ol', count: startOf(attributes) })
    if (name === 'li') this.openItem()
    if ((name === 'td' || name === 'th') && !this.written.isAtLineStart) this.written.attach(' | ')
    if (name === 'a') this.openLink(attributes['href'] ?? '')
    if (name === 'img') this.addImage(attributes)
  }

  text(text: string): void {
    if (this.hidden > 0) return
    if (this.link) this.link.label += text
    if (this.preformatted > 0) this.written.verbatim(text)
    else this.written.flow(text)
  }

  close(name: string): void {
    if (this.hidden === 0) {
      if (name === 'a') this.closeLink()
      if (name === 'pre') this.preformatted -= 1
      if (name === 'ul' || name === 'ol') this.lists.pop()
      if (name === 'li') this.written.mark('')
      if (BLOCKS.has(name)) this.written.endLine()
    } else if (HIDDEN.has(name)) this.hidden -= 1
  }

  end(): Part[] {
    this.closeLink()
    this.flush()
    return this.parts
  }

  private flush(): void {
    const text = this.written.take()
    if (text.trim() !== '') this.parts.push({ kind: 'text', text })
  }

  private openItem(): void {
    const list = this.lists.at(-1)
    if (list) list.count += 1
    const indent = '  '.repeat(Math.min(MOST_LEVELS, Math.max(0, this.lists.length - 1)))
    this.written.mark(`${indent}${list?.isNumbered ? `${list.count}.` : '•'} `)
  }

  private openLink(href: string): void {
    this.closeLink()
    if (/^(https?|mailto|tel):/i.test(href)) this.link = { href, label: '' }
  }

  private closeLink(): void {
    if (!this.link) return
    const { href, label } = this.link
    this.link = undefined
    if (label.trim() === '') this.written.flow(href)
    else if (bare(href) !== bare(label)) this.written.attach(` (${href})`)
  }

  private addImage({ src = '', alt = '' }: Attributes): void {
    if (!/^https:\/\//i.test(src) || !URL.canParse(src)) return
    this.flush()
    this.parts.push({ kind: 'image', url: src, ...(alt.trim() ? { name: alt.trim() } : {}) })
  }
}

const startOf = ({ start = '' }: Attributes) => (/^\d{1,6}$/.test(start) ? Number(start) - 1 : 0)

/** What an address shares with the label that repeats it. */
const bare = (text: string) =>
  text
    .trim()
    .replace(/^(mailto|tel):/i, '')
    .replace(/\/$/, '')

/** Reading takes longer than in proportion. In characters. */
const LONGEST = 100_000

/** The plain text lacks links and inline pictures. */
export function readText(text: string | undefined, richText = ''): Part[] {
  const rich = richText.length > LONGEST && text ? [] : readRichText(richText.slice(0, LONGEST))
  if (rich.length > 0) return rich
  return text?.trim() ? [{ kind: 'text', text }] : []
}
