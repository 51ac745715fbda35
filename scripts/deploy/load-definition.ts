import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { DefinitionBody, JsonSchema } from '../definition-lint/body'
import type { Integration } from './integrations'

/** The parts of an `IntegrationDefinition` that `bp read` may leave out, as the SDK keeps them. */
type Definition = Pick<DefinitionBody, 'attributes' | 'identifier' | 'secrets'> & {
  configuration?: ZuiConfiguration
  configurations?: Record<string, ZuiConfiguration>
  metadata?: { sdkVersion?: string }
}
type ZuiConfiguration = Omit<NonNullable<DefinitionBody['configuration']>, 'schema'> & { schema?: unknown }

export type LeftOut = Pick<
  DefinitionBody,
  'attributes' | 'configuration' | 'configurations' | 'identifier' | 'secrets'
> & { sdkVersion: string | undefined }

/** Imports the definition itself; scripts that it names stand in the result with their text. */
export async function loadDefinition({ folder }: Integration): Promise<LeftOut> {
  const definition = await importDefinition(join(folder, 'integration.definition.ts'))
  const { attributes, configuration, configurations = {}, identifier, secrets = {}, metadata } = definition
  const script = (path: string | undefined) => (path ? readFileSync(join(folder, path), 'utf8') : undefined)
  const toJson = ({ schema, identifier, ...texts }: ZuiConfiguration) => ({
    ...texts,
    ...(schema ? { schema: toJsonSchema(folder, schema) } : {}),
    ...(identifier
      ? { identifier: { ...identifier, ...present('linkTemplateScript', script(identifier.linkTemplateScript)) } }
      : {}),
  })
  return {
    ...(attributes ? { attributes } : {}),
    ...(configuration ? { configuration: toJson(configuration) } : {}),
    configurations: Object.fromEntries(Object.entries(configurations).map(([name, one]) => [name, toJson(one)])),
    identifier: {
      ...present('extractScript', script(identifier?.extractScript)),
      ...present('fallbackHandlerScript', script(identifier?.fallbackHandlerScript)),
    },
    secrets,
    sdkVersion: metadata?.sdkVersion,
  }
}

const present = (name: string, value: string | undefined) => (value === undefined ? {} : { [name]: value })

/** Depending on who loads the file, its default export is wrapped once more. */
async function importDefinition(path: string): Promise<Definition> {
  const loaded: { default: Definition | { default: Definition } } = await import(pathToFileURL(path).href)
  return 'default' in loaded.default ? loaded.default.default : loaded.default
}

/** With the integration's own SDK, as its CLI does it. */
function toJsonSchema(folder: string, schema: unknown): JsonSchema {
  const sdk: { transforms: { toJSONSchemaLegacy(schema: unknown): JsonSchema } } = createRequire(
    join(folder, 'package.json')
  )('@botpress/sdk')
  return sdk.transforms.toJSONSchemaLegacy(schema)
}
