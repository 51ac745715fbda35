import type { Agent } from '@hitl/core'
import { asText, type Person } from './schemas'

/** Undefined for visitors (ids begin with `$`) and for SalesIQ's own bots (ids begin with `b`). */
export function toAgent({ id: given, name: givenName, type, is_bot: isBot }: Person): Agent | undefined {
  const id = typeof given === 'number' ? String(given) : asText(given)
  const isOperator = type === undefined || type === 'operator'
  if (!id || !isOperator || isBot === true || isBot === 'true' || /^[$b]/.test(id)) return undefined
  const name = asText(givenName)
  return { id, ...(name ? { name } : {}) }
}
