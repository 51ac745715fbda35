const WATCHED = { Object, Array, String, Number, Function, RegExp, Promise, Map, Set, Error }

/** Notes what the prototypes of this process hold, to see when somebody adds to them. */
export class BuiltIns {
  readonly #before = snapshot()

  /** Undefined while nothing has changed. */
  firstChanged(): string | undefined {
    for (const [name, before] of this.#before) {
      const now = membersOf(name)
      if (now.length !== before.length || now.some((member, index) => member !== before[index])) return name
    }
    return undefined
  }
}

type Name = keyof typeof WATCHED

const isName = (name: string): name is Name => name in WATCHED

const snapshot = () =>
  Object.keys(WATCHED)
    .filter(isName)
    .map((name) => [name, membersOf(name)] as const)

function membersOf(name: Name): readonly PropertyKey[] {
  const prototype: object = WATCHED[name].prototype
  return Reflect.ownKeys(prototype)
}
