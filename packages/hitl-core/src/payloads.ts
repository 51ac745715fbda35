import * as z from 'zod/mini'
import type { MediaKind, Part } from './adapter'

const LONGEST_SHOWN_URL = 500

/** For a field that only decorates: when it is unreadable the rest of the message still counts. */
export const decoration = z.optional(z.unknown())

const textPayload = z.object({ text: z.string() })
const markdownPayload = z.object({ markdown: z.string() })
const mediaPayload = z.looseObject({ title: decoration })
const locationPayload = z.object({
  latitude: z.number(),
  longitude: z.number(),
  title: decoration,
  address: decoration,
})
const cardPayload = z.object({
  title: z.string(),
  subtitle: decoration,
  imageUrl: decoration,
  actions: z.optional(z.array(z.object({ label: z.string(), action: decoration, value: decoration }))),
})
const carouselPayload = z.object({ items: z.array(cardPayload) })
const choicePayload = z.object({ text: z.string(), options: z.array(z.object({ label: z.string() })) })
const blocPayload = z.object({ items: z.array(z.unknown()) })
const blocItem = z.object({ type: z.string(), payload: z.unknown() })

/**
 * The parts of a Botpress message of any stock type, or undefined when the type is unknown or the payload unreadable.
 * Empty when the message holds nothing but blank text. An unreadable bloc item becomes `unsupported` in its place.
 */
export function readParts(type: string, payload: unknown): Part[] | undefined {
  if (type !== 'bloc') return readSingle(type, payload)
  return read(blocPayload, payload, ({ items }) => items.flatMap(readBlocItem))
}

/** What is shown instead of a message that cannot be read. */
export function unsupported(type: string): Part {
  const label = oneLine(type).slice(0, 100)
  return { kind: 'text', text: label === '' ? '[unsupported message]' : `[unsupported message: ${label}]` }
}

/** The text on one line, so that a name or title cannot pass for a line of its own. */
export function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim()
}

function readBlocItem(item: unknown): Part[] {
  const parsed = blocItem.safeParse(item)
  if (!parsed.success) return [unsupported('')]
  const { type, payload } = parsed.data
  return readSingle(type, payload) ?? [unsupported(type)]
}

function readSingle(type: string, payload: unknown): Part[] | undefined {
  switch (type) {
    case 'text':
      return read(textPayload, payload, ({ text }) => textParts(text))
    case 'markdown':
      return read(markdownPayload, payload, ({ markdown }) => textParts(markdown))
    case 'image':
    case 'audio':
    case 'video':
    case 'file':
      return read(mediaPayload, payload, (media) => mediaParts(type, media[`${type}Url`], media.title))
    case 'location':
      return read(locationPayload, payload, (location) => textParts(locationText(location)))
    case 'card':
      return read(cardPayload, payload, (card) => textParts(cardText(card)))
    case 'carousel':
      return read(carouselPayload, payload, ({ items }) => textParts(items.map(cardText).join('\n\n')))
    case 'choice':
    case 'dropdown':
      return read(choicePayload, payload, ({ text, options }) => textParts(lines([text, ...options.map(optionText)])))
    default:
      return undefined
  }
}

function read<T>(
  schema: z.ZodMiniType<T>,
  payload: unknown,
  render: (value: T) => Part[] | undefined
): Part[] | undefined {
  const parsed = schema.safeParse(payload)
  return parsed.success ? render(parsed.data) : undefined
}

function textParts(text: string): Part[] {
  return text.trim() === '' ? [] : [{ kind: 'text', text }]
}

function mediaParts(kind: MediaKind, url: unknown, title: unknown): Part[] | undefined {
  if (typeof url !== 'string') return undefined
  const name = typeof title === 'string' ? oneLine(title) : ''
  const href = httpUrl(url)
  if (href !== undefined) return [name === '' ? { kind, url: href } : { kind, url: href, name }]
  const label = name === '' ? kind : `${kind} ${name}`
  const isReadable = url.trim() !== '' && url.length <= LONGEST_SHOWN_URL && !/^\s*data:/i.test(url)
  return [{ kind: 'text', text: isReadable ? `${label}: ${oneLine(url)}` : `[${label} without a usable link]` }]
}

function httpUrl(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined
  const url = new URL(text)
  return url.protocol === 'http:' || url.protocol === 'https:' ? url.href : undefined
}

function locationText({ latitude, longitude, title, address }: z.infer<typeof locationPayload>): string {
  const link = `https://www.google.com/maps?q=${coordinate(latitude)},${coordinate(longitude)}`
  return lines([title, address, link])
}

/** Six decimals are about 0.1 m, and never come out in exponent notation. */
function coordinate(degrees: number): number {
  return Number(degrees.toFixed(6))
}

function cardText({ title, subtitle, imageUrl, actions }: z.infer<typeof cardPayload>): string {
  return lines([title, subtitle, imageUrl, ...(actions ?? []).map(optionText)])
}

function optionText({ label, action, value }: { label: string; action?: unknown; value?: unknown }): string {
  return action === 'url' && typeof value === 'string' ? `- ${label}: ${value}` : `- ${label}`
}

function lines(values: readonly unknown[]): string {
  return values.filter((value) => typeof value === 'string' && value.trim() !== '').join('\n')
}
