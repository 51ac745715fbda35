import type { FormValues } from './form-validator'

/** What was entered and not saved yet, by provider; gone with the page. */
const kept = new Map<string, FormValues>()

export const keptSettings = (provider: string): FormValues | undefined => kept.get(provider)

export const keepSettings = (provider: string, values: FormValues): void => void kept.set(provider, values)

export const forgetSettings = (provider: string): void => void kept.delete(provider)
