import { useMemo, useSyncExternalStore } from 'react'

/** What is chosen of one provider. */
export type Choice = { user?: string; chat?: string }

/** The page's own part of the address: `#/<provider>?user=…&chat=…`. */
export type Address = Choice & { provider?: string }

/** What was chosen last of each provider. */
const visited = new Map<string, string>()

export function useAddress(): Address {
  const hash = useSyncExternalStore(subscribe, () => window.location.hash)
  return useMemo(() => parsed(hash), [hash])
}

/** Shows a provider as it was left. The way back leads to the one before. */
export function visitProvider(name: string): void {
  const { hash } = window.location
  const { provider } = parsed(hash)
  if (provider !== undefined) visited.set(provider, hash)
  const next = visited.get(name) ?? written({ provider: name })
  if (next !== hash) window.location.hash = next
}

/** For an address that names no provider, or one that does not exist. */
export const correctProvider = (name: string): void => window.location.replace(written({ provider: name }))

/** Nothing happens when another provider is shown by now: ids of one mean nothing to another. */
export function choose(provider: string, choice: Choice): void {
  const { hash } = window.location
  const now = parsed(hash)
  if (now.provider !== provider) return
  const next = written({ ...now, ...choice })
  if (next !== hash) window.location.replace(next)
}

function parsed(hash: string): Address {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?')
  const search = new URLSearchParams(query)
  const [user, chat] = [search.get('user'), search.get('chat')]
  const provider = decoded(path)
  return { ...(provider ? { provider } : {}), ...(user ? { user } : {}), ...(chat ? { chat } : {}) }
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    // Damaged by hand: as good as none.
    return ''
  }
}

function written({ provider = '', user, chat }: Address): string {
  const search = new URLSearchParams({ ...(user ? { user } : {}), ...(chat ? { chat } : {}) }).toString()
  return `#/${encodeURIComponent(provider)}${search ? `?${search}` : ''}`
}

function subscribe(listener: () => void): () => void {
  window.addEventListener('hashchange', listener)
  return () => window.removeEventListener('hashchange', listener)
}
