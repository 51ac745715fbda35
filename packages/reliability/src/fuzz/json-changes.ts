import { twin } from './written-json'

/** One thing done to a JSON value. `at` counts its nodes, the whole being the first; beyond the last it begins anew. */
export type Change = { at: number; how: How }

export type How =
  | { do: 'replace'; value: unknown }
  | { do: 'remove' }
  | { do: 'rename'; name: string }
  /** Beside itself: a list gets it once more, an object gets another field of that name. */
  | { do: 'double'; value: unknown }
  | { do: 'wrap'; name?: string }
  /** A list of so many. */
  | { do: 'repeat'; times: number }
  /** One field more. */
  | { do: 'add'; name: string; value: unknown }

type Entry = readonly [name: string, value: unknown]

/** Undefined when the whole was removed. */
export function changed(value: unknown, { at, how }: Change): unknown {
  const wanted = at % countNodes(value)
  let seen = 0
  const visit = (entry: Entry): readonly Entry[] => {
    const isIt = seen++ === wanted
    const [name, inner] = entry
    const within: Entry = [name, inside(inner, visit)]
    return isIt ? apply(within, how) : [within]
  }
  return visit(['', value]).at(-1)?.[1]
}

function inside(value: unknown, visit: (entry: Entry) => readonly Entry[]): unknown {
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).flatMap(visit)
  return Array.isArray(value) ? entries.map(([, item]) => item) : Object.fromEntries(entries)
}

function countNodes(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1
  return Object.values(value).reduce<number>((sum, inner) => sum + countNodes(inner), 1)
}

function apply([name, value]: Entry, how: How): readonly Entry[] {
  switch (how.do) {
    case 'replace':
      return [[name, how.value]]
    case 'remove':
      return []
    case 'rename':
      return [[how.name, value]]
    case 'double':
      return [
        [name, value],
        [twin(name), how.value],
      ]
    case 'wrap':
      return [[name, how.name === undefined ? [value] : Object.fromEntries([[how.name, value]])]]
    case 'repeat':
      return [[name, Array.from({ length: how.times }, () => value)]]
    case 'add':
      return [[name, added(value, how.name, how.value)]]
    default:
      return how satisfies never
  }
}

function added(value: unknown, name: string, given: unknown): unknown {
  if (Array.isArray(value)) return [...value, given]
  if (typeof value !== 'object' || value === null) return given
  return Object.fromEntries([...Object.entries(value), [name, given]])
}

/** The value with every field of one of these names set, as a number where it was one. */
export function named(value: unknown, names: Readonly<Record<string, string>>): unknown {
  if (Array.isArray(value)) return value.map((item: unknown) => named(item, names))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => {
      const wanted = names[name]
      return [name, wanted === undefined ? named(inner, names) : asWas(inner, wanted)]
    })
  )
}

function asWas(before: unknown, wanted: string): unknown {
  if (Array.isArray(before)) return before.map((item: unknown) => asWas(item, wanted))
  return typeof before === 'number' ? Number(wanted) : wanted
}
