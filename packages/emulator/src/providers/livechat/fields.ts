import { invalid } from './errors'

export type Reader<T> = (value: unknown, path: string) => T

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * Reads a request payload field by field. A missing required field, a wrong type and, at `end`, a field nobody asked for
 * are `validation` errors. That LiveChat refuses unknown fields is not documented [?]; here it finds misspelled ones.
 */
export class Fields {
  readonly #values: Record<string, unknown>
  readonly #read = new Set<string>()
  readonly #nested: Fields[] = []

  constructor(
    value: unknown,
    readonly path: string
  ) {
    if (!isRecord(value)) throw invalid(`'${path}' must be an object`)
    this.#values = value
  }

  has(name: string): boolean {
    return this.#values[name] !== undefined
  }

  required<T>(name: string, reader: Reader<T>): T {
    if (!this.has(name)) throw invalid(`'${this.#pathOf(name)}' is required`)
    return this.#take(name, reader)
  }

  optional<T>(name: string, reader: Reader<T>): T | undefined {
    this.#read.add(name)
    return this.has(name) ? this.#take(name, reader) : undefined
  }

  /** Call it before the request has any effect. */
  end(): void {
    for (const name of Object.keys(this.#values)) {
      if (!this.#read.has(name)) throw invalid(`'${this.#pathOf(name)}' is not a known field`)
    }
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
  if (typeof value !== 'string') throw invalid(`'${path}' must be a string`)
  return value
}

export const filledText: Reader<string> = (value, path) => {
  const read = text(value, path)
  if (read === '') throw invalid(`'${path}' must not be empty`)
  return read
}

export const flag: Reader<boolean> = (value, path) => {
  if (typeof value !== 'boolean') throw invalid(`'${path}' must be a boolean`)
  return value
}

export const integer =
  (min: number, max = Number.MAX_SAFE_INTEGER): Reader<number> =>
  (value, path) => {
    if (typeof value !== 'number' || !Number.isInteger(value)) throw invalid(`'${path}' must be an integer`)
    if (value < min || value > max) throw invalid(`'${path}' must be between ${min} and ${max}`)
    return value
  }

export const oneOf =
  <T extends string>(...allowed: readonly T[]): Reader<T> =>
  (value, path) => {
    const found = allowed.find((candidate) => candidate === value)
    if (found === undefined) throw invalid(`'${path}' must be one of: ${allowed.join(', ')}`)
    return found
  }

export const listOf =
  <T>(reader: Reader<T>, max = Number.MAX_SAFE_INTEGER): Reader<T[]> =>
  (value, path) => {
    if (!Array.isArray(value)) throw invalid(`'${path}' must be an array`)
    if (value.length > max) throw invalid(`'${path}' must have at most ${max} items`)
    return value.map((item, index) => reader(item, `${path}[${index}]`))
  }

export const nested: Reader<Fields> = (value, path) => new Fields(value, path)

/** An object whose fields are not checked further. */
export const record: Reader<Record<string, unknown>> = (value, path) => {
  if (!isRecord(value)) throw invalid(`'${path}' must be an object`)
  return value
}

export const webUrl: Reader<string> = (value, path) => {
  const read = text(value, path)
  const protocol = URL.canParse(read) ? new URL(read).protocol : ''
  if (protocol !== 'https:' && protocol !== 'http:') throw invalid(`'${path}' must be a URL`)
  return read
}

const rfc3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/

export const timestamp: Reader<string> = (value, path) => {
  const read = text(value, path)
  if (!rfc3339.test(read)) throw invalid(`'${path}' must be an RFC 3339 date`)
  return read
}
