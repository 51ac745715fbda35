import { useSyncExternalStore } from 'react'

/** What was written and not sent yet, by what it belongs to; gone with the page. */
const drafts = new Map<string, string>()
const listeners = new Set<() => void>()

export const readDraft = (key: string): string => drafts.get(key) ?? ''

export function writeDraft(key: string, text: string): void {
  if (text) drafts.set(key, text)
  else drafts.delete(key)
  for (const listener of listeners) listener()
}

/** After a refusal, unless something else was begun meanwhile. */
export function putBackDraft(key: string, text: string): void {
  if (!readDraft(key)) writeDraft(key, text)
}

export const useDraft = (key: string): string => useSyncExternalStore(subscribe, () => readDraft(key))

export const draftKey = (provider: string, part: 'chat' | 'user', id: string): string => `${provider}/${part}/${id}`

export function forgetDrafts(provider: string): void {
  for (const key of drafts.keys()) if (key.startsWith(`${provider}/`)) writeDraft(key, '')
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
