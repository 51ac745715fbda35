import { NativeSelect, Switch } from '@mantine/core'
import type { User } from '../protocol'
import type { JournalFilter, KindFilter } from './journal-entries'
import classes from './journal.module.css'

type Props = {
  filter: JournalFilter
  users: readonly User[]
  vendor: string
  onChange(filter: JournalFilter): void
}

const kindOf = (value: string): KindFilter =>
  value === 'webhook' || value === 'botpress' || value === 'vendor' ? value : 'all'

export function Filters({ filter, users, vendor, onChange }: Props) {
  const kinds = [
    { value: 'all', label: 'All calls' },
    { value: 'webhook', label: 'Webhooks' },
    { value: 'botpress', label: 'Botpress' },
    { value: 'vendor', label: vendor },
  ]
  const people = users.map(({ id, name }) => ({ value: id, label: name }))
  return (
    <div className={classes['filters']}>
      <NativeSelect
        size="xs"
        className={classes['filter'] ?? ''}
        aria-label="Conversation filter"
        data={[{ value: '', label: 'All conversations' }, ...people]}
        value={filter.user}
        onChange={({ currentTarget }) => onChange({ ...filter, user: currentTarget.value })}
      />
      <NativeSelect
        size="xs"
        className={classes['filter'] ?? ''}
        aria-label="Kind filter"
        data={kinds}
        value={filter.kind}
        onChange={({ currentTarget }) => onChange({ ...filter, kind: kindOf(currentTarget.value) })}
      />
      <Switch
        size="xs"
        label="Errors only"
        checked={filter.errorsOnly}
        onChange={({ currentTarget }) => onChange({ ...filter, errorsOnly: currentTarget.checked })}
      />
    </div>
  )
}
