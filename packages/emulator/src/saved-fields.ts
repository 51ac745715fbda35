import { isRecord, type JsonRecord } from './json'
import { copyOf } from './saved-copy'

/** Gives out ids. `upcoming` is the next one, so that a saved state can go on without giving one out twice. */
export type IdSequence<T> = { (): T; upcoming: bigint | number }

/** The fields of an object that holds data and id sequences only; of a sequence, its next id. */
export function fieldsOf(state: object): JsonRecord {
  const fields = Object.entries(state).map(([name, value]) => [name, isSequence(value) ? value.upcoming : value])
  return copyOf(Object.fromEntries(fields))
}

/** Puts saved fields into a fresh object of the same kind. @throws TypeError when a field has become something else */
export function withFields<T extends object>(fresh: T, saved: unknown): T {
  if (!isRecord(saved)) throw new TypeError('The saved fields are missing')
  for (const [name, value] of Object.entries(copyOf(saved))) {
    const field: unknown = Reflect.get(fresh, name)
    const known: unknown = isSequence(field) ? field.upcoming : field
    if (known !== undefined && kindOf(known) !== kindOf(value))
      throw new TypeError(`The saved field ${name} is another`)
    if (isSequence(field)) Object.assign(field, { upcoming: value })
    else Reflect.set(fresh, name, value)
  }
  return fresh
}

function isSequence(value: unknown): value is IdSequence<unknown> {
  return typeof value === 'function' && 'upcoming' in value
}

const kindOf = (value: unknown): string => Object.prototype.toString.call(value)
