import { useEffect, useReducer } from 'react'
import { streamAddress } from '../api'
import type { StreamEvents, View } from '../protocol'
import { emptyJournal, journalOf, type JournalState, withCalls, withSteps } from './journal-state'
import { reusedView } from './reused-view'

/** What the page knows of one provider. */
export type StreamState = {
  connection: 'opening' | 'open' | 'lost'
  view?: View
  journal: JournalState
}

type StreamChange =
  | { [Name in keyof StreamEvents]: { name: Name; data: StreamEvents[Name] } }[keyof StreamEvents]
  | { name: 'lost' }
  | { name: 'forget' }

const nothing: StreamState = { connection: 'opening', journal: emptyJournal }

/** EventSource connects again by itself, but not after an answer that is no stream. */
const RETRY_MS = 2_000

export function useStream(provider: string | undefined): StreamState {
  const [state, change] = useReducer(changed, nothing)
  useEffect(() => {
    change({ name: 'forget' })
    if (provider === undefined) return undefined
    return follow(streamAddress(provider), change)
  }, [provider])
  return state
}

function changed(state: StreamState, change: StreamChange): StreamState {
  switch (change.name) {
    case 'hello': {
      const { view, steps, calls } = change.data
      return { connection: 'open', view: reusedView(state.view, view), journal: journalOf(steps, calls) }
    }
    case 'view':
      return { ...state, view: reusedView(state.view, change.data) }
    case 'steps':
      return { ...state, journal: withSteps(state.journal, change.data) }
    case 'calls':
      return { ...state, journal: withCalls(state.journal, change.data) }
    case 'lost':
      return { ...state, connection: 'lost' }
    case 'forget':
      return nothing
  }
  return change satisfies never
}

/** Reads the stream until the answer is called. */
function follow(address: string, change: (one: StreamChange) => void): () => void {
  let source: EventSource | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  const open = (): void => {
    const events = new EventSource(address)
    source = events
    events.addEventListener('hello', ({ data }) => change({ name: 'hello', data: JSON.parse(data) }))
    events.addEventListener('view', ({ data }) => change({ name: 'view', data: JSON.parse(data) }))
    events.addEventListener('steps', ({ data }) => change({ name: 'steps', data: JSON.parse(data) }))
    events.addEventListener('calls', ({ data }) => change({ name: 'calls', data: JSON.parse(data) }))
    events.addEventListener('error', () => {
      change({ name: 'lost' })
      if (events.readyState === EventSource.CLOSED) timer = setTimeout(open, RETRY_MS)
    })
  }
  open()
  return () => {
    clearTimeout(timer)
    source?.close()
  }
}
