/** True only for types that are the same in both directions; the type check compares, nothing runs. */
export type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : never) : never

type Definition = {
  configuration: unknown
  actions: { startHitl: { input: { hitlSession?: unknown } } }
  events: object
}

/** What the definition derives is what the adapter is written against: all three are true. */
export type DefinitionAgrees<Derived extends Definition, Config, Options> = [
  configuration: Same<Derived['configuration'], Config>,
  options: Same<Derived['actions']['startHitl']['input']['hitlSession'], Options | undefined>,
  events: Same<keyof Derived['events'], 'hitlAssigned' | 'hitlStopped'>,
]
