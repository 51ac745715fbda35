import { Button } from '@mantine/core'
import { useMemo, useState } from 'react'
import type { User } from '../protocol'
import { useStickToEnd } from '../shared/use-stick-to-end'
import type { JournalState } from '../state/journal-state'
import { useRemembered } from '../state/use-remembered'
import { Filters } from './filters'
import { isOpen, type JournalFilter, journalEntries } from './journal-entries'
import classes from './journal.module.css'
import { StepArticle } from './step-article'

/** More than this makes the page slow and is read by nobody. */
const PAGE_SIZE = 300

type Props = {
  journal: JournalState
  users: readonly User[]
  vendor: string
  filter: JournalFilter
  onFilter(filter: JournalFilter): void
}

export function CallsTab({ journal, users, vendor, filter, onFilter }: Props) {
  const [folding, setFolding] = useRemembered('folding', (kept) => kept === true)
  const [limit, setLimit] = useState(PAGE_SIZE)
  const { valid, entries } = useEntries(journal, users, filter)
  const shown = entries.slice(-limit)
  const { ref, atEnd, toEnd } = useStickToEnd()
  return (
    <>
      <Filters
        filter={valid}
        users={users}
        vendor={vendor}
        folding={folding}
        onChange={onFilter}
        onFolding={setFolding}
      />
      <div className={classes['frame']}>
        <div className={classes['steps']} ref={ref}>
          <div>
            {entries.length > limit && (
              <Button
                variant="subtle"
                size="compact-sm"
                className={classes['earlier'] ?? ''}
                onClick={() => setLimit((before) => before + PAGE_SIZE)}
              >
                Show earlier
              </Button>
            )}
            {shown.map((entry, index) => (
              <StepArticle key={entry.key} entry={entry} vendor={vendor} folded={folding && index < shown.length - 1} />
            ))}
            {entries.length === 0 && <p className={classes['empty']}>{emptyText(!isOpen(valid))}</p>}
          </div>
        </div>
        {!atEnd && (
          <Button size="compact-sm" className={classes['latest'] ?? ''} onClick={toEnd}>
            Jump to latest
          </Button>
        )}
      </div>
    </>
  )
}

function useEntries(journal: JournalState, users: readonly User[], filter: JournalFilter) {
  // After a new start the user may be gone.
  const isGone = !users.some(({ id }) => id === filter.user)
  const valid = useMemo(() => (isGone ? { ...filter, user: '' } : filter), [filter, isGone])
  const entries = useMemo(() => journalEntries(journal, valid), [journal, valid])
  return { valid, entries }
}

const emptyText = (filtered: boolean): string =>
  filtered
    ? 'No call passes the filter.'
    : 'Every call between Botpress, the integration and the provider appears here.'
