import type { RJSFSchema, UiSchema } from '@rjsf/utils'
import type { JsonSchema } from '../protocol'
import type { FormValues } from './form-validator'
import { ListField, NamedListField } from './rows-field'

type Ui = UiSchema<FormValues, RJSFSchema>

const HIDDEN_VALUE = 'Hidden. Stays as it is if left empty'

/** How each field is drawn. */
export function uiSchemaOf({ properties }: JsonSchema, secrets: readonly string[]): Ui {
  const fields = isRecord(properties) ? Object.entries(properties) : []
  return Object.fromEntries(
    fields.map(([name, field]): [string, Ui] => {
      if (!isRecord(field)) return [name, {}]
      return [name, secrets.includes(name) ? secretField(field) : listField(field)]
    })
  )
}

/** The theme's password field shows a description only if it is an option. */
function secretField({ description }: JsonSchema): Ui {
  const shown = typeof description === 'string' ? { description } : {}
  return {
    'ui:widget': 'password',
    'ui:placeholder': HIDDEN_VALUE,
    'ui:options': { autoComplete: 'new-password', ...shown },
  }
}

/** Texts in rows: those of the form's own lists are called by numbers, and lose the focus when they are named. */
function listField({ type, items, additionalProperties }: JsonSchema): Ui {
  if (type === 'array' && isText(items)) return { 'ui:field': ListField }
  return type === 'object' && isText(additionalProperties) ? { 'ui:field': NamedListField } : {}
}

const isRecord = (value: unknown): value is JsonSchema => typeof value === 'object' && value !== null
const isText = (schema: unknown): boolean => isRecord(schema) && schema['type'] === 'string' && !schema['enum']
