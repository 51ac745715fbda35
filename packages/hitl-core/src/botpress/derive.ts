import type * as sdk from '@botpress/sdk'

/*
 * `IntegrationDefinition.extend` returns `this`, so what an interface adds never enters the type of a definition, and
 * the generated `.botpress` folder has another shape with each CLI. These types read the plain constants instead.
 */

type Field<T, K extends string> = T extends Record<K, infer V> ? V : Record<never, never>
type InputOf<T> = T extends { schema: infer S extends sdk.z.ZodTypeAny } ? sdk.z.input<S> : Record<never, never>
type Inputs<T> = { [K in keyof T]: InputOf<T[K]> }
type TagNames<T> = T extends { tags: infer N } ? { [K in keyof N]: '' } : Record<never, never>

type ActionTypes<T> = {
  [K in keyof T]: T[K] extends { input: infer I; output: infer O } ? { input: InputOf<I>; output: InputOf<O> } : never
}

/** Replaces each top-level input field that is named like an interface entity by the integration's own entity. */
type WithEntities<T, Entities> = {
  [K in keyof T]: T[K] extends { input: infer I; output: infer O }
    ? { input: { [F in keyof I]: F extends keyof Entities ? Entities[F] | Extract<undefined, I[F]> : I[F] }; output: O }
    : never
}

type ChannelTypes<T, Overrides> = {
  [K in keyof T]: {
    messages: Inputs<Field<T[K], 'messages'>>
    conversation: { tags: TagNames<Field<Field<Overrides, K & string>, 'conversation'>> }
    message: { tags: TagNames<Field<Field<Overrides, K & string>, 'message'>> }
  }
}

type StateTypes<T> = {
  [K in keyof T]: T[K] extends { type: infer Kind extends sdk.StateDefinition['type'] }
    ? { type: Kind; payload: InputOf<T[K]> }
    : never
}

/**
 * The integration type of a definition made of `Props`, extended by the interface package `Interface` with channel
 * texts and tags `Channels`, where `Entities` are the integration's own entities bound to the interface's.
 */
export type IntegrationOf<
  Props extends { name: string; version: string },
  Interface extends sdk.InterfacePackage,
  Channels,
  Entities,
> = sdk.DefaultIntegration<{
  name: Props['name']
  version: Props['version']
  configuration: InputOf<Field<Props, 'configuration'>>
  configurations: Inputs<Field<Props, 'configurations'>>
  actions: WithEntities<ActionTypes<Field<Interface['definition'], 'actions'>>, Entities>
  events: Inputs<Field<Interface['definition'], 'events'>>
  channels: ChannelTypes<Field<Interface['definition'], 'channels'>, Channels>
  states: StateTypes<Field<Props, 'states'>>
  user: { tags: TagNames<Field<Props, 'user'>> }
  entities: Inputs<Field<Props, 'entities'>>
}>
