import { transforms, type z } from '@botpress/sdk'
import type { JsonSchema, SettingsProblem } from '@hitl/sandbox-page/protocol'

type Values = Readonly<Record<string, unknown>>

/** The form a bot builder sees, made from the integration's own definition. */
export type DefinedForm = {
  schema: JsonSchema
  /** Names of the fields whose values are hidden. */
  secrets: readonly string[]
  /** The values that the definition knows, and what it has against them in its own words. */
  read(values: Values): { values: Values; problems: SettingsProblem[] }
}

export function definedForm(definition: z.ZodTypeAny): DefinedForm {
  const schema = withTitles(transforms.toJSONSchemaLegacy(definition))
  const fields = isRecord(schema['properties']) ? schema['properties'] : {}
  return {
    schema,
    secrets: Object.entries(fields).flatMap(([name, field]) => (isRecord(field) && field['writeOnly'] ? [name] : [])),
    read: (values) => {
      const result = definition.safeParse(values)
      if (result.success) return { values: isRecord(result.data) ? result.data : {}, problems: [] }
      const problems = result.error.issues.map(({ path, message }) => ({ field: path.join('.'), message }))
      return { values, problems }
    },
  }
}

/** Botpress keeps titles and the mark of secrets under `x-zui`; forms look for `title` and `writeOnly`. */
function withTitles(value: unknown): Values {
  if (!isRecord(value)) return {}
  const { 'x-zui': ui, ...rest } = value
  const entries = Object.entries(rest).map(([name, one]) => [name, nested(one)] as const)
  const title = isRecord(ui) && typeof ui['title'] === 'string' ? { title: ui['title'] } : {}
  const secret = isRecord(ui) && ui['secret'] === true ? { writeOnly: true } : {}
  return { ...Object.fromEntries(entries), ...title, ...secret }
}

function nested(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(nested)
  return isRecord(value) ? withTitles(value) : value
}

function isRecord(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Empty texts are no values, and hidden values that were left empty stay as they are. */
export function mergedValues(entered: Values, before: Values, secrets: readonly string[]): Values {
  const given = Object.entries(entered).filter(([, value]) => value !== '' && value !== undefined && value !== null)
  const kept = secrets.flatMap((name) => (before[name] === undefined ? [] : [[name, before[name]] as const]))
  return { ...Object.fromEntries(kept), ...Object.fromEntries(given) }
}

export const withoutFields = (values: Values, hidden: readonly string[]): Values =>
  Object.fromEntries(Object.entries(values).filter(([name]) => !hidden.includes(name)))
