/**
 * A copy that shares nothing with the original but keeps what the original shares within itself. Unlike
 * `structuredClone` it copies only the bytes that a view shows: files that were read from one saved state are views of
 * all of it.
 * @throws TypeError for anything but plain data
 */
export function copyOf<T>(value: T): T {
  // The compiler cannot see that each case gives back what it was given.
  return copy(value, new Map()) as T
}

type Copies = Map<object, unknown>

function copy(value: unknown, copies: Copies): unknown {
  if (typeof value === 'function' || typeof value === 'symbol') throw new TypeError(`A ${typeof value} cannot be saved`)
  if (typeof value !== 'object' || value === null) return value
  return copies.get(value) ?? copyObject(value, copies)
}

function copyObject(value: object, copies: Copies): unknown {
  if (value instanceof Uint8Array) return remember(value, new Uint8Array(value), copies)
  if (Array.isArray(value)) {
    const list: unknown[] = remember(value, [], copies)
    for (const one of value) list.push(copy(one, copies))
    return list
  }
  if (value instanceof Map) {
    const map = remember(value, new Map<unknown, unknown>(), copies)
    for (const [key, one] of value) map.set(copy(key, copies), copy(one, copies))
    return map
  }
  if (value instanceof Set) {
    const set = remember(value, new Set<unknown>(), copies)
    for (const one of value) set.add(copy(one, copies))
    return set
  }
  if (!isPlain(value)) throw new TypeError(`A ${value.constructor.name} cannot be saved`)
  const members = Object.entries(value).map(([name, one]) => [name, copy(one, copies)])
  return remember(value, Object.fromEntries(members), copies)
}

function remember<T>(original: object, made: T, copies: Copies): T {
  copies.set(original, made)
  return made
}

/** Also for objects of another realm, as those of a bundle in a VM are. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}
