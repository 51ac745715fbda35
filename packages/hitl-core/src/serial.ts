const tails = new Map<string, Promise<unknown>>()

/**
 * Runs tasks with the same key one after the other, in the order of the calls, within this process. It keeps what
 * arrives in order in order; what runs in other processes is out of its reach.
 */
export function serial<T>(key: string, task: () => Promise<T>): Promise<T> {
  const before = tails.get(key) ?? Promise.resolve()
  const result = before.then(task, task)
  const tail = result
    .catch(() => undefined)
    .finally(() => {
      if (tails.get(key) === tail) tails.delete(key)
    })
  tails.set(key, tail)
  return result
}
