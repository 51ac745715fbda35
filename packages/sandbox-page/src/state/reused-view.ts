import type { DeskChat, View } from '../protocol'

/** Each view is parsed anew; what did not change keeps its identity, so that drawn parts of the page can be reused. */
export function reusedView(before: View | undefined, after: View): View {
  if (before?.provider.name !== after.provider.name) return after
  return {
    ...after,
    provider: reused(before.provider, after.provider),
    installation: reused(before.installation, after.installation),
    clock: reused(before.clock, after.clock),
    instance: reused(before.instance, after.instance),
    faults: reused(before.faults, after.faults),
    words: reused(before.words, after.words),
    agents: reused(before.agents, after.agents),
    users: reusedList(before.users, after.users, ({ id }) => id),
    chats: reusedList(before.chats, after.chats, ({ key }) => key, withReusedEntries),
  }
}

const reused = <T>(before: T, after: T): T => (JSON.stringify(before) === JSON.stringify(after) ? before : after)

function reusedList<T>(
  before: readonly T[],
  after: readonly T[],
  idOf: (one: T) => string,
  whenChanged: (old: T, one: T) => T = (_, one) => one
): readonly T[] {
  const known = new Map(before.map((one) => [idOf(one), one]))
  const list = after.map((one) => {
    const old = known.get(idOf(one))
    if (old === undefined) return one
    return reused(old, one) === old ? old : whenChanged(old, one)
  })
  return list.length === before.length && list.every((one, index) => one === before[index]) ? before : list
}

const withReusedEntries = (before: DeskChat, after: DeskChat): DeskChat => ({
  ...after,
  entries: reusedList(before.entries, after.entries, ({ id }) => id),
})
