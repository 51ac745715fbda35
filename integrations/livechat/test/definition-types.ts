import type { LiveChatIntegration } from '../integration.definition'
import type { LiveChatConfig } from '../src/config'
import type { LiveChatOptions } from '../src/form'

/** True only for types that are the same in both directions; the type check compares, nothing runs. */
type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : never) : never

type Input = LiveChatIntegration['actions']['startHitl']['input']

/** What the definition derives is what the adapter is written against. */
export const theDefinitionAgrees: [
  Same<LiveChatIntegration['configuration'], LiveChatConfig>,
  Same<Input['hitlSession'], LiveChatOptions | undefined>,
  Same<keyof LiveChatIntegration['events'], 'hitlAssigned' | 'hitlStopped'>,
] = [true, true, true]
