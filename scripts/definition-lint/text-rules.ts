import { type DefinitionBody, entries, type JsonSchema } from './body'
import { isOwnPart, namedParts } from './named-parts'
import { describedSchemas, fieldsOf, schemasOf, withAllInside } from './schemas'

/** Whatever a bot builder sees has a title and a description. */
export function checkTexts(body: DefinitionBody): string[] {
  return [...checkNamedParts(body), ...checkFiles(body), ...checkSecrets(body), ...checkFields(body)]
}

function checkNamedParts(body: DefinitionBody): string[] {
  const needing = namedParts(body).filter(({ needsTexts }) => needsTexts)
  return needing.flatMap(({ path, part }) => [
    ...(part.title?.trim() ? [] : [`${path}: has no title`]),
    ...(part.description?.trim() ? [] : [`${path}: has no description`]),
  ])
}

function checkFiles({ icon, readme }: DefinitionBody): string[] {
  return [...(icon ? [] : ['the integration: has no icon']), ...(readme ? [] : ['the integration: has no readme'])]
}

function checkSecrets({ secrets }: DefinitionBody): string[] {
  const bare = entries(secrets).filter(([, { description }]) => !description?.trim())
  return bare.map(([name]) => `secrets.${name}: has no description`)
}

function checkFields(body: DefinitionBody): string[] {
  const fields = describedSchemas(body, (group, name) => isOwnPart(body, group, name)).flatMap(fieldsOf)
  return fields.flatMap(({ path, schema }) => [
    ...(hasText(schema, (one) => one['x-zui']?.title) ? [] : [`${path}: has no title; use .title()`]),
    ...(hasText(schema, (one) => one.description) ? [] : [`${path}: has no description; use .describe()`]),
  ])
}

/** Where a field is a union, one of its branches may carry the text. */
function hasText(schema: JsonSchema, textOf: (schema: JsonSchema) => string | undefined): boolean {
  const { anyOf = [], oneOf = [], allOf = [] } = schema
  return [schema, ...anyOf, ...oneOf, ...allOf].some((one) => Boolean(textOf(one)?.trim()))
}

/** Titles had another place once, which Botpress no longer reads. */
export function checkLegacyTitles(body: DefinitionBody): string[] {
  const schemas = schemasOf(body).flatMap(withAllInside)
  const isTitled = (value: unknown) => typeof value === 'object' && value !== null && 'title' in value
  const legacy = schemas.filter(({ schema: { ui } }) => ui && (isTitled(ui) || Object.values(ui).some(isTitled)))
  return legacy.map(({ path }) => `${path}: has a title under ui; use .title()`)
}
