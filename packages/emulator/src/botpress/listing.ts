import { ApiError } from './api-error'
import { ownTags } from './tags'
import type { Row } from './model'

/** The page size of Cloud is not documented; code must follow `nextToken` whatever it is. */
export const PAGE_SIZE = 20

export type Page<T> = { rows: T[]; meta: { nextToken?: string } }

/** Newest first unless the query says otherwise, filtered by `tags.<name>`, `afterDate` and `beforeDate`. */
export function listPage<T extends Row>(all: Iterable<T>, query: URLSearchParams): Page<T> {
  const field = query.get('sortField') === 'updatedAt' ? 'updatedAt' : 'createdAt'
  const sign = query.get('sortDirection') === 'asc' ? 1 : -1
  const rows = [...all]
    .filter((row) => hasTags(row, query) && inRange(row, query))
    .toSorted((a, b) => sign * (a[field] - b[field] || a.seq - b.seq))
  const start = startIndex(rows, query.get('nextToken'))
  const page = rows.slice(start, start + PAGE_SIZE)
  const last = page.at(-1)
  if (!last || start + PAGE_SIZE >= rows.length) return { rows: page, meta: {} }
  return { rows: page, meta: { nextToken: Buffer.from(last.id).toString('base64url') } }
}

function startIndex(rows: readonly Row[], token: string | null): number {
  if (token === null || token === '') return 0
  const index = rows.findIndex((row) => row.id === Buffer.from(token, 'base64url').toString())
  if (index < 0) throw new ApiError('InvalidQuery', '"nextToken" is not valid')
  return index + 1
}

function hasTags(row: Row, query: URLSearchParams): boolean {
  const own = ownTags(row.tags)
  return [...query].every(([name, value]) => !name.startsWith('tags.') || own[name.slice('tags.'.length)] === value)
}

function inRange(row: Row, query: URLSearchParams): boolean {
  const field = query.get('rangeField') === 'updatedAt' ? 'updatedAt' : 'createdAt'
  const after = query.get('afterDate')
  const before = query.get('beforeDate')
  return (!after || row[field] > Date.parse(after)) && (!before || row[field] < Date.parse(before))
}

/** True when the query does not name the field or names this value. */
export function matches(query: URLSearchParams, name: string, value: string | undefined): boolean {
  const wanted = query.get(name)
  return wanted === null || wanted === value
}
