import { isRecord } from '../../json'
import { invalid, type Culprit } from './errors'

export type Reader<T> = (value: unknown, path: string, where: Where) => T

/** How an error names the field. */
export type Where = 'json_key' | 'param'

const wrong = (message: string, path: string, where: Where): Error => {
  const culprit: Culprit = where === 'json_key' ? { json_key: path } : { param: path }
  return invalid(`'${path}' ${message}`, culprit)
}

/**
 * Reads a body or a query field by field. A missing required field, a wrong type and, at `end`, a field nobody asked for
 * are 1007. That SalesIQ refuses unknown fields is not documented [?]; here it finds misspelled ones.
 */
export class Fields {
  readonly #values: Record<string, unknown>
  readonly #read = new Set<string>()
  readonly #nested: Fields[] = []

  constructor(
    value: unknown,
    readonly path: string,
    readonly where: Where = 'json_key'
  ) {
    if (!isRecord(value))
      throw path === '' ? invalid('Body must be an object') : wrong('must be an object', path, where)
    this.#values = value
  }

  has(name: string): boolean {
    return this.#values[name] !== undefined
  }

  required<T>(name: string, reader: Reader<T>): T {
    if (!this.has(name)) throw wrong('is required', this.#pathOf(name), this.where)
    return this.#take(name, reader)
  }

  optional<T>(name: string, reader: Reader<T>): T | undefined {
    this.#read.add(name)
    return this.has(name) ? this.#take(name, reader) : undefined
  }

  /** Call it before the request has any effect. */
  end(): void {
    for (const name of Object.keys(this.#values)) {
      if (!this.#read.has(name)) throw wrong('is not a known field', this.#pathOf(name), this.where)
    }
    for (const nested of this.#nested) nested.end()
  }

  #take<T>(name: string, reader: Reader<T>): T {
    this.#read.add(name)
    const value = reader(this.#values[name], this.#pathOf(name), this.where)
    for (const item of Array.isArray(value) ? value : [value]) if (item instanceof Fields) this.#nested.push(item)
    return value
  }

  #pathOf(name: string): string {
    return this.path === '' ? name : `${this.path}.${name}`
  }
}

export const text: Reader<string> = (value, path, where) => {
  if (typeof value !== 'string') throw wrong('must be a string', path, where)
  return value
}

export const filledText: Reader<string> = (value, path, where) => {
  const read = text(value, path, where)
  if (read.trim() === '') throw wrong('must not be empty', path, where)
  return read
}

export const flag: Reader<boolean> = (value, path, where) => {
  if (typeof value !== 'boolean') throw wrong('must be a boolean', path, where)
  return value
}

export const numberBetween =
  (min: number, max: number): Reader<number> =>
  (value, path, where) => {
    if (typeof value !== 'number' || !Number.isFinite(value)) throw wrong('must be a number', path, where)
    if (value < min || value > max) throw wrong(`must be between ${min} and ${max}`, path, where)
    return value
  }

/** A whole number written as text, as queries have it. */
export const digitsBetween =
  (min: number, max = Number.MAX_SAFE_INTEGER): Reader<number> =>
  (value, path, where) => {
    const read = text(value, path, where)
    if (!/^\d+$/.test(read)) throw wrong('must be a whole number', path, where)
    if (Number(read) < min || Number(read) > max) throw wrong(`must be between ${min} and ${max}`, path, where)
    return Number(read)
  }

export const oneOf =
  <T extends string>(...allowed: readonly T[]): Reader<T> =>
  (value, path, where) => {
    const found = allowed.find((candidate) => candidate === value)
    if (found === undefined) throw wrong(`must be one of: ${allowed.join(', ')}`, path, where)
    return found
  }

export const listOf =
  <T>(reader: Reader<T>): Reader<T[]> =>
  (value, path, where) => {
    if (!Array.isArray(value)) throw wrong('must be an array', path, where)
    return value.map((item, index) => reader(item, `${path}[${index}]`, where))
  }

/** Ids beyond 2^53 lose digits as numbers, so SalesIQ writes them as texts. */
export const id: Reader<string> = (value, path, where) => {
  const read = text(value, path, where)
  if (!/^\d+$/.test(read)) throw wrong('must be the digits of an id', path, where)
  return read
}

export const nested: Reader<Fields> = (value, path, where) => new Fields(value, path, where)

export const textRecord: Reader<Record<string, string>> = (value, path, where) => {
  if (!isRecord(value)) throw wrong('must be an object', path, where)
  const entries = Object.entries(value).map(([name, one]): [string, string] => [
    name,
    text(one, `${path}.${name}`, where),
  ])
  return Object.fromEntries(entries)
}

export const webUrl: Reader<string> = (value, path, where) => {
  const read = text(value, path, where)
  const protocol = URL.canParse(read) ? new URL(read).protocol : ''
  if (protocol !== 'https:' && protocol !== 'http:') throw wrong('must be a URL', path, where)
  return read
}
