import type { ErrorSchema } from '@rjsf/utils'
import type { SettingsForm, SettingsProblem } from '../protocol'
import type { FormValues } from './form-validator'

export type PlacedProblems = { errors: ErrorSchema<FormValues>; unplaced: readonly string[] }

export const noProblems: PlacedProblems = { errors: {}, unplaced: [] }

/** Puts each problem beside its field; the rest belongs on top of the form. */
export function placedProblems(problems: readonly SettingsProblem[], { schema }: SettingsForm): PlacedProblems {
  const fields = fieldsOf(schema['properties'])
  const errors: ErrorSchema<FormValues> = {}
  const unplaced: string[] = []
  for (const { field, message } of problems) {
    const [name = ''] = field.split('.')
    if (!fields.includes(name)) unplaced.push(field ? `${field}: ${message}` : message)
    else errors[name] = { __errors: [...(errors[name]?.__errors ?? []), message] }
  }
  return { errors, unplaced }
}

const fieldsOf = (properties: unknown): readonly string[] =>
  typeof properties === 'object' && properties !== null ? Object.keys(properties) : []
