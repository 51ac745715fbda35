/** Makes the value when it is first needed and keeps it: most instances never pay for what a webhook can do without. */
export function lazy<T extends object>(make: () => T): () => T {
  let made: T | undefined
  return () => (made ??= make())
}
