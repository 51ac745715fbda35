import type { AccessToken } from './entities'
import { refuse } from './errors'

export type Operation = 'CREATE' | 'READ' | 'UPDATE' | 'DELETE'
export type Module = 'conversations' | 'apps' | 'departments' | 'webhooks'
export type Scope = `${Module}.${Operation}`

/** `SalesIQ.<module>.<operation or ALL>`; letter case does not matter, as live tokens showed. */
const covers = (granted: string, wanted: Scope): boolean => {
  const have = granted.toLowerCase()
  const [module = ''] = wanted.toLowerCase().split('.')
  return have === `salesiq.${wanted.toLowerCase()}` || have === `salesiq.${module}.all`
}

export const requireScope = (token: AccessToken, wanted: Scope): void => {
  if (token.scopes.some((granted) => covers(granted, wanted))) return
  throw refuse('INVALID_SCOPE', `Invalid OAuth scope: SalesIQ.${wanted} is needed`)
}
