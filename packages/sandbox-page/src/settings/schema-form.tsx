import type { FormProps } from '@rjsf/core'
import { Form } from '@rjsf/mantine'
import type { ErrorSchema, RJSFSchema } from '@rjsf/utils'
import { type ReactNode, useMemo } from 'react'
import type { JsonSchema } from '../protocol'
import { type FormValues, formValidator } from './form-validator'
import classes from './schema-form.module.css'
import { uiSchemaOf } from './ui-schema'

type Props = {
  idPrefix: string
  schema: JsonSchema
  values: FormValues
  secrets?: readonly string[]
  errors?: ErrorSchema<FormValues>
  onChange(values: FormValues): void
  onSubmit?: () => void
  children: ReactNode
}

const noSecrets: readonly string[] = []

/** The fields of a JSON Schema. */
export function SchemaForm({
  idPrefix,
  schema,
  values,
  secrets = noSecrets,
  errors,
  onChange,
  onSubmit,
  children,
}: Props) {
  const uiSchema = useMemo(() => uiSchemaOf(schema, secrets), [schema, secrets])
  const shape = useMemo(() => withoutHeading(schema), [schema])
  const optional: Partial<FormProps<FormValues, RJSFSchema>> = {
    ...(errors ? { extraErrors: errors } : {}),
    ...(onSubmit ? { onSubmit } : { tagName: 'div' }),
  }
  return (
    <Form
      {...optional}
      className={classes['form'] ?? ''}
      idPrefix={idPrefix}
      schema={shape}
      uiSchema={uiSchema}
      formData={values}
      validator={formValidator}
      noHtml5Validate
      showErrorList={false}
      onChange={({ formData }) => onChange(formData ?? {})}
    >
      {children}
    </Form>
  )
}

const HEADING = new Set(['title', 'description', '$schema'])

/** The drawer has a heading already. */
function withoutHeading(schema: JsonSchema): RJSFSchema {
  return Object.fromEntries(Object.entries(schema).filter(([name]) => !HEADING.has(name)))
}
