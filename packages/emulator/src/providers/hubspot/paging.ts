import { digitsBetween, text, type Fields } from './fields'
import { given, type View } from './view'
import { invalid } from './errors'

export type Page = { limit: number; after: number }

/** `after` is an opaque text for clients; here it is a position. */
export const readPage = (fields: Fields, { limit, most }: { limit: number; most: number }): Page => {
  const after = fields.optional('after', text)
  if (after !== undefined && !/^\d+$/.test(after)) throw invalid("Invalid input: 'after' is not a position of a page")
  return { limit: fields.optional('limit', digitsBetween(1, most)) ?? limit, after: Number(after ?? 0) }
}

/** `paging` is absent on the last page. */
export const pageOf = (items: readonly View[], { limit, after }: Page): View => {
  const end = after + limit
  const paging = end < items.length ? { next: { after: String(end), link: `?after=${end}` } } : undefined
  return given({ total: items.length, results: items.slice(after, end), paging })
}
