import { useRemembered } from '../state/use-remembered'
import { type JournalFilter, type KindFilter, kindFilters, noFilter } from './journal-entries'

export const useJournalFilter = (): [JournalFilter, (filter: JournalFilter) => void] =>
  useRemembered('journal-filter', filterOf)

export const kindOf = (value: unknown): KindFilter => kindFilters.find((kind) => kind === value) ?? 'all'

function filterOf(kept: unknown): JournalFilter {
  if (typeof kept !== 'object' || kept === null) return noFilter
  const user = 'user' in kept && typeof kept.user === 'string' ? kept.user : ''
  const kind = kindOf('kind' in kept ? kept.kind : undefined)
  return { user, kind, errorsOnly: 'errorsOnly' in kept && kept.errorsOnly === true }
}
