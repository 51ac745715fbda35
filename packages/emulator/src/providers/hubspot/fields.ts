import { isRecord } from '../../json'
import { invalid } from './errors'

export type Reader<T> = (value: unknown, path: string) => T

export const wrong = (message: string, path: string): Error =>
  invalid(`Invalid input: '${path}' ${message}`, { errors: [{ message, in: path }] })

/**
 * Reads a body or a query field by field. A missing required field, a wrong type and, at `end`, a field nobody asked for
 * are refused. That HubSpot refuses unknown fields everywhere is not documented [?]; here it finds misspelled ones.
 */
export class Fields {
  readonly #values: Record<string, unknown>
  readonly #read = new Set<string>()
  readonly #nested: Fields[] = []

  constructor(
    value: unknown,
    readonly path = ''
  ) {
    if (!isRecord(value)) {
      throw path === '' ? invalid('Invalid input: the body must be an object') : wrong('must be an object', path)
    }
    this.#values = value
  }

  has(name: string): boolean {
    return this.#values[name] !== undefined && this.#values[name] !== null
  }

  required<T>(name: string, reader: Reader<T>): T {
    if (!this.has(name)) throw wrong('is required', this.#pathOf(name))
    return this.#take(name, reader)
  }

  optional<T>(name: string, reader: Reader<T>): T | undefined {
    this.#read.add(name)
    return this.has(name) ? this.#take(name, reader) : undefined
  }

  /** Call it before the request has any effect. */
  end(): void {
    const odd = Object.keys(this.#values).find((name) => !this.#read.has(name))
    if (odd !== undefined) throw wrong('is not a known field', this.#pathOf(odd))
    for (const nested of this.#nested) nested.end()
  }

  #take<T>(name: string, reader: Reader<T>): T {
    this.#read.add(name)
    const value = reader(this.#values[name], this.#pathOf(name))
    for (const item of Array.isArray(value) ? value : [value]) if (item instanceof Fields) this.#nested.push(item)
    return value
  }

  #pathOf(name: string): string {
    return this.path === '' ? name : `${this.path}.${name}`
  }
}

export const text: Reader<string> = (value, path) => {
  if (typeof value !== 'string') throw wrong('must be a string', path)
  return value
}

export const filledText: Reader<string> = (value, path) => {
  const read = text(value, path)
  if (read.trim() === '') throw wrong('must not be empty', path)
  return read
}

export const flag: Reader<boolean> = (value, path) => {
  if (typeof value !== 'boolean') throw wrong('must be a boolean', path)
  return value
}

export const wholeNumber: Reader<number> = (value, path) => {
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) throw wrong('must be a whole number', path)
  return value
}

export const numberBetween =
  (min: number, max: number): Reader<number> =>
  (value, path) => {
    if (typeof value !== 'number' || !Number.isFinite(value)) throw wrong('must be a number', path)
    if (value < min || value > max) throw wrong(`must be between ${min} and ${max}`, path)
    return value
  }

/** A whole number written as text, as queries have it. */
export const digitsBetween =
  (min: number, max: number): Reader<number> =>
  (value, path) => {
    const read = Number(digits(value, path))
    if (read < min || read > max) throw wrong(`must be between ${min} and ${max}`, path)
    return read
  }

export const digits: Reader<string> = (value, path) => {
  const read = text(value, path)
  if (!/^\d+$/.test(read)) throw wrong('must be a whole number', path)
  return read
}

export const oneOf =
  <T extends string>(...allowed: readonly T[]): Reader<T> =>
  (value, path) => {
    const found = allowed.find((candidate) => candidate === value)
    if (found === undefined) throw wrong(`must be one of: ${allowed.join(', ')}`, path)
    return found
  }

export const listOf =
  <T>(reader: Reader<T>): Reader<T[]> =>
  (value, path) => {
    if (!Array.isArray(value)) throw wrong('must be an array', path)
    return value.map((item, index) => reader(item, `${path}[${index}]`))
  }

export const nested: Reader<Fields> = (value, path) => new Fields(value, path)

export const textRecord: Reader<Record<string, string>> = (value, path) => {
  if (!isRecord(value)) throw wrong('must be an object', path)
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, text(one, `${path}.${name}`)]))
}

export const httpsUrl: Reader<string> = (value, path) => {
  const read = text(value, path)
  if (!URL.canParse(read) || new URL(read).protocol !== 'https:') throw wrong('must be an https URL', path)
  return read
}

/** ISO 8601 with a time zone. */
export const isoTime: Reader<number> = (value, path) => {
  const read = text(value, path)
  const isIso = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:?\d{2})$/.test(read)
  if (!isIso || Number.isNaN(Date.parse(read))) throw wrong('must be an ISO 8601 time', path)
  return Date.parse(read)
}
