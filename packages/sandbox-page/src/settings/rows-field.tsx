import { ActionIcon, Button, Fieldset, Group, Text, TextInput } from '@mantine/core'
import type { FieldProps } from '@rjsf/utils'
import { Trash2 } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import type { FormValues } from './form-validator'

type Props = Pick<FieldProps, 'schema' | 'name' | 'fieldPathId' | 'onChange'> & { formData?: unknown }
type Row = { id: number; name: string; value: string }

/** A list of texts. */
export const ListField = (props: Props) => {
  const { formData, onChange, fieldPathId } = props
  const start = Array.isArray(formData) ? formData.map((value) => ['', String(value)] as const) : []
  const change = (rows: readonly Row[]): void => {
    const values = rows.map(({ value }) => value).filter(Boolean)
    onChange(values.length > 0 ? values : undefined, fieldPathId.path)
  }
  return <Rows {...props} start={start} named={false} onRows={change} />
}

/** Texts under names that are free. */
export const NamedListField = (props: Props) => {
  const { formData, onChange, fieldPathId } = props
  const start = Object.entries(isGroup(formData) ? formData : {}).map(([name, value]) => [name, String(value)] as const)
  const change = (rows: readonly Row[]): void => {
    const filled = rows.flatMap(({ name, value }) => (name.trim() && value ? [[name.trim(), value] as const] : []))
    onChange(filled.length > 0 ? Object.fromEntries(filled) : undefined, fieldPathId.path)
  }
  return <Rows {...props} start={start} named onRows={change} />
}

type RowsProps = Props & {
  start: readonly (readonly [name: string, value: string])[]
  named: boolean
  onRows(rows: readonly Row[]): void
}

/** Rows keep their place while they are filled in; empty ones are on the screen only. */
function Rows({ schema, name, start, named, onRows }: RowsProps) {
  const [rows, setRows] = useState(() => start.map(([key, value], id): Row => ({ id, name: key, value })))
  const { box, focusNext } = useFocusOfRows(rows.length)
  const title = schema.title ?? name
  const one = title.toLowerCase().replace(/s$/, '')
  const update = (next: Row[]): void => {
    setRows(next)
    onRows(next)
  }
  const changeOf = (id: number) => (change: Partial<Row>) =>
    update(rows.map((row) => (row.id === id ? { ...row, ...change } : row)))
  const add = (): void => {
    focusNext('input')
    setRows([...rows, { id: Math.max(-1, ...rows.map(({ id }) => id)) + 1, name: '', value: '' }])
  }
  const remove = (id: number): void => {
    focusNext('button')
    update(rows.filter((row) => row.id !== id))
  }
  return (
    <Fieldset legend={title} ref={box}>
      {schema.description && <Text mb="xs">{schema.description}</Text>}
      {rows.map((row) => (
        <RowFields
          key={row.id}
          row={row}
          label={named ? undefined : one.charAt(0).toUpperCase() + one.slice(1)}
          onChange={changeOf(row.id)}
          onRemove={() => remove(row.id)}
        />
      ))}
      <Button size="compact-sm" variant="default" onClick={add}>
        Add {/^[aeiou]/.test(one) ? 'an' : 'a'} {one}
      </Button>
    </Fieldset>
  )
}

type RowProps = {
  row: Row
  /** Of the value; absent where there is a name, too. */
  label: string | undefined
  onChange(change: Partial<Row>): void
  onRemove(): void
}

function RowFields({ row: { name, value }, label, onChange, onRemove }: RowProps) {
  return (
    <Group gap="xs" wrap="nowrap" align="flex-end" mb="xs">
      {label === undefined && (
        <TextInput flex={1} label="Name" value={name} onChange={({ target }) => onChange({ name: target.value })} />
      )}
      <TextInput
        flex={1}
        label={label ?? 'Value'}
        value={value}
        onChange={({ target }) => onChange({ value: target.value })}
      />
      <ActionIcon size={36} variant="subtle" color="gray" aria-label="Remove" onClick={onRemove}>
        <Trash2 size={16} aria-hidden />
      </ActionIcon>
    </Group>
  )
}

/** A new row is written in at once; after a removal the button that adds is next. */
function useFocusOfRows(count: number) {
  const box = useRef<HTMLFieldSetElement>(null)
  const wanted = useRef<'input' | 'button'>(undefined)
  useEffect(() => {
    const all = wanted.current && [...(box.current?.querySelectorAll<HTMLElement>(wanted.current) ?? [])]
    const named = wanted.current === 'input' && box.current?.querySelectorAll('input').length !== count
    wanted.current = undefined
    all?.at(named ? -2 : -1)?.focus()
  }, [count])
  const focusNext = (what: 'input' | 'button'): void => {
    wanted.current = what
  }
  return { box, focusNext }
}

const isGroup = (value: unknown): value is FormValues =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
