/** A copy in which the value at a path of keys is another one, or gone when that is undefined. */
export function changed<T>(value: T, path: readonly string[], instead: unknown): T {
  const [key, ...rest] = path
  if (key === undefined) throw new Error('The path is empty.')
  const inside: unknown = Reflect.get(Object(value), key)
  const next = rest.length === 0 ? instead : changed(inside ?? {}, rest, instead)
  const copy = { ...value, [key]: next }
  if (next === undefined) Reflect.deleteProperty(copy, key)
  return copy
}

/** As many parts as that, all alike. */
export const many = <T>(count: number, part: T): Record<string, T> =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`part${index}`, part]))
