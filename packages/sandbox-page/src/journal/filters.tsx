import { ActionIcon, NativeSelect, Switch } from '@mantine/core'
import { FoldVertical } from 'lucide-react'
import type { User } from '../protocol'
import type { JournalFilter } from './journal-entries'
import classes from './journal.module.css'
import { kindOf } from './use-journal-filter'

type Props = {
  filter: JournalFilter
  users: readonly User[]
  vendor: string
  /** Whether only the latest step is open by itself. */
  folding: boolean
  onChange(filter: JournalFilter): void
  onFolding(folding: boolean): void
}

export function Filters({ filter, users, vendor, folding, onChange, onFolding }: Props) {
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
      <ActionIcon
        size={30}
        variant={folding ? 'light' : 'default'}
        aria-label="Fold earlier steps"
        title="Fold all steps but the latest"
        aria-pressed={folding}
        onClick={() => onFolding(!folding)}
      >
        <FoldVertical size={16} aria-hidden />
      </ActionIcon>
    </div>
  )
}
