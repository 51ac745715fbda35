import { invalid } from './api-error'
import type { JsonRecord } from '../json'
import { optionalRecord, optionalTextList } from './fields'
import type { Row, Tags } from './model'

const LONGEST_VALUE = 500

/** Reads `tags`. `declared` is undefined for the bot, which may write any. An empty value means "unset". */
export function readTags(body: JsonRecord, declared: readonly string[] | undefined, what: string): Tags {
  const tags: Tags = {}
  for (const [name, value] of Object.entries(optionalRecord(body, 'tags') ?? {})) {
    if (declared && !declared.includes(name)) throw invalid(`Tag "${name}" is not declared for ${what}`)
    if (typeof value !== 'string') throw invalid(`Tag "${name}" must be a string`)
    if (value.length > LONGEST_VALUE) throw invalid(`Tag "${name}" must not have more than ${LONGEST_VALUE} characters`)
    tags[name] = value
  }
  return tags
}

export function withoutEmpty(tags: Tags): Tags {
  return Object.fromEntries(Object.entries(tags).filter(([, value]) => value !== ''))
}

export function mergeTags(row: Row, update: Tags): void {
  row.tags = withoutEmpty({ ...row.tags, ...update })
}

/** Tags of plugins carry their alias and `#`. Whether Cloud shows them to integrations is unknown; here it does not. */
export function ownTags(tags: Tags): Tags {
  return Object.fromEntries(Object.entries(tags).filter(([name]) => !name.includes('#')))
}

/**
 * The oldest row that get-or-create would return: with `discriminateByTags` only those tags have to be equal, without
 * it the row must have exactly the given tags. Rows without any tag are never matched by a call without tags.
 */
export function findByTags<T extends Row>(rows: Iterable<T>, tags: Tags, body: JsonRecord): T | undefined {
  const listed = optionalTextList(body, 'discriminateByTags') ?? []
  const wanted = withoutEmpty(tags)
  for (const name of listed) {
    if (!(name in wanted)) throw invalid(`"discriminateByTags" names "${name}", which is not among the tags`)
  }
  const compared = listed.length > 0 ? listed : Object.keys(wanted)
  if (compared.length === 0) return undefined
  for (const row of rows) {
    const own = ownTags(row.tags)
    const isSameSet = listed.length > 0 || Object.keys(own).length === compared.length
    if (isSameSet && compared.every((name) => own[name] === wanted[name])) return row
  }
  return undefined
}
