import { useCallback, useMemo, useSyncExternalStore } from 'react'

/** What is chosen on the page: `#/<provider>?user=…&chat=…`. */
export type Address = { provider?: string; user?: string; chat?: string }

export function useAddress(): [Address, (change: Address) => void] {
  const hash = useSyncExternalStore(subscribe, () => window.location.hash)
  const address = useMemo(() => parsed(hash), [hash])
  const change = useCallback((wanted: Address) => {
    const now = parsed(window.location.hash)
    const sameProvider = wanted.provider === undefined || wanted.provider === now.provider
    const next = written(sameProvider ? { ...now, ...wanted } : wanted)
    if (next !== window.location.hash) window.location.replace(next)
  }, [])
  return [address, change]
}

function parsed(hash: string): Address {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?')
  const search = new URLSearchParams(query)
  const [user, chat] = [search.get('user'), search.get('chat')]
  return {
    ...(path ? { provider: decodeURIComponent(path) } : {}),
    ...(user ? { user } : {}),
    ...(chat ? { chat } : {}),
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
