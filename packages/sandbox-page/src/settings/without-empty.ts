import type { FormValues } from './form-validator'

/** What was filled in; undefined where that is nothing. */
export function withoutEmpty(values: FormValues): FormValues | undefined {
  const kept = Object.entries(values).filter(([, value]) => value !== undefined && value !== null && value !== '')
  return kept.length > 0 ? Object.fromEntries(kept) : undefined
}
