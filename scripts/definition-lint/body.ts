/** JSON schema as the Botpress CLI writes it; only what the rules read. */
export type JsonSchema = {
  description?: string
  default?: unknown
  properties?: Readonly<Record<string, JsonSchema>>
  items?: JsonSchema | readonly JsonSchema[]
  anyOf?: readonly JsonSchema[]
  oneOf?: readonly JsonSchema[]
  allOf?: readonly JsonSchema[]
  additionalProperties?: boolean | JsonSchema
  'x-zui'?: { title?: string; secret?: boolean }
  /** The place of titles before `x-zui`. */
  ui?: { title?: unknown; [name: string]: unknown }
}

export type Named = { title?: string; description?: string }
type Tagged = { tags?: Readonly<Record<string, Named>> }
type WithSchema = { schema?: JsonSchema }
type Configuration = Named & WithSchema & { identifier?: { required?: boolean; linkTemplateScript?: string } }
type Reference = { name: string }

export type ImplementedInterface = {
  name: string
  version: string
  entities?: Readonly<Record<string, Reference>>
  actions?: Readonly<Record<string, Reference>>
  events?: Readonly<Record<string, Reference>>
  channels?: Readonly<Record<string, Reference>>
}

type Channel = Named & {
  messages?: Readonly<Record<string, WithSchema>>
  message?: Tagged
  conversation?: Tagged
}

/** An integration's definition as JSON: what `bp read` prints, and the parts of it that a version may leave out. */
export type DefinitionBody = Named & {
  name: string
  version: string
  icon?: string
  readme?: string
  attributes?: Readonly<Record<string, string>>
  user?: Tagged
  configuration?: Configuration
  configurations?: Readonly<Record<string, Configuration>>
  identifier?: { extractScript?: string; fallbackHandlerScript?: string }
  actions?: Readonly<Record<string, Named & { input?: WithSchema; output?: WithSchema }>>
  events?: Readonly<Record<string, Named & WithSchema>>
  channels?: Readonly<Record<string, Channel>>
  states?: Readonly<Record<string, WithSchema & { type?: string }>>
  entities?: Readonly<Record<string, Named & WithSchema>>
  interfaces?: Readonly<Record<string, ImplementedInterface>>
  /** Declared ones; their values are no part of a definition. */
  secrets?: Readonly<Record<string, { description?: string; optional?: boolean }>>
}

/** Names and values of a part that may be absent. */
export const entries = <T>(part: Readonly<Record<string, T>> | undefined): [string, T][] => Object.entries(part ?? {})
