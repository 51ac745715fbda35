import type { z } from '@botpress/sdk'
import type { Declared } from '@hitl/emulator'

type Named = Readonly<Record<string, unknown>>

/** The parts of an integration definition that the emulated platform checks. */
export type DefinitionLike = {
  name: string
  user?: { tags?: Named } | undefined
  states?: Readonly<Record<string, { type: 'integration' | 'conversation' | 'user' }>> | undefined
  events?: Named | undefined
  channels?:
    | Readonly<
        Record<string, { messages: Named; message?: { tags?: Named }; conversation?: { tags?: Named } | undefined }>
      >
    | undefined
}

/** What a definition says besides, for those who choose an integration and fill in its settings. */
export type PresentedDefinition = DefinitionLike & {
  version: string
  configuration?: { schema: z.ZodTypeAny } | undefined
  entities?: Readonly<Record<string, { schema: z.ZodTypeAny }>> | undefined
}

/** What the platform knows of an integration after `bp deploy`. */
export function declaredOf(definition: DefinitionLike): Declared {
  const channels = Object.entries(definition.channels ?? {})
  return {
    userTags: Object.keys(definition.user?.tags ?? {}),
    conversationTags: Object.fromEntries(
      channels.map(([name, { conversation }]) => [name, Object.keys(conversation?.tags ?? {})])
    ),
    messageTags: channels.flatMap(([, { message }]) => Object.keys(message?.tags ?? {})),
    states: Object.fromEntries(Object.entries(definition.states ?? {}).map(([name, { type }]) => [name, type])),
    events: Object.keys(definition.events ?? {}),
    channels: Object.fromEntries(channels.map(([name, { messages }]) => [name, Object.keys(messages)])),
  }
}

/** What a bot builder may set: for the installation, and for one session. */
export function formsOf({ name, configuration, entities }: PresentedDefinition): {
  settings: z.ZodTypeAny
  session: z.ZodTypeAny
} {
  const session = entities?.['hitlConversation']?.schema
  if (!configuration || !session) throw new Error(`The definition of ${name} has no settings or no session options`)
  return { settings: configuration.schema, session }
}

/** A CommonJS file that an ES module imports may hand over all its exports as the default one. */
export function unwrapDefault<T extends object>(imported: T | { default: T }): T {
  return isWrapped(imported) ? imported.default : imported
}

function isWrapped<T extends object>(imported: T | { default: T }): imported is { default: T } {
  return 'default' in imported
}
