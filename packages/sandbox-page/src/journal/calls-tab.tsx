import { Button } from '@mantine/core'
import { useMemo, useState } from 'react'
import type { User } from '../protocol'
import { useStickToEnd } from '../shared/use-stick-to-end'
import type { JournalState } from '../state/journal-state'
import { Filters } from './filters'
import { journalEntries, noFilter } from './journal-entries'
import classes from './journal.module.css'
import { StepArticle } from './step-article'

/** More than this makes the page slow and is read by nobody. */
const PAGE_SIZE = 300

type Props = { journal: JournalState; users: readonly User[]; vendor: string }

export function CallsTab({ journal, users, vendor }: Props) {
  const [filter, setFilter] = useState(noFilter)
  const [limit, setLimit] = useState(PAGE_SIZE)
  const entries = useMemo(() => journalEntries(journal, filter), [journal, filter])
  const shown = entries.slice(-limit)
  const { ref, atEnd, toEnd } = useStickToEnd()
  return (
    <>
      <Filters filter={filter} users={users} vendor={vendor} onChange={setFilter} />
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
            {shown.map(({ key, step, calls }) => (
              <StepArticle key={key} id={key} step={step} calls={calls} vendor={vendor} />
            ))}
            {entries.length === 0 && <p className={classes['empty']}>{emptyText(filter !== noFilter)}</p>}
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

const emptyText = (filtered: boolean): string =>
  filtered
    ? 'No call passes the filter.'
    : 'Every call between Botpress, the integration and the provider appears here.'
