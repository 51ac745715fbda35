export type EmulatedMessage = {
  id: string
  from: 'contact' | 'agent'
  kind: string
  text?: string
}

export type EmulatedThread = {
  id: string
  isOpen: boolean
  /** What the agent reads first. */
  opening: readonly string[]
  messages: EmulatedMessage[]
}

export type EmulatedAgent = { id: string; name: string; avatarUrl: string }

/** Whatever outlasts a restart at the provider: plain data. */
export type State = {
  webhookUrl?: string
  threads: EmulatedThread[]
  /** Answers by idempotency key. */
  answers: Record<string, unknown>
  lastEventAt: number
}

export const API_KEY = 'emulated-api-key-4711'
export const SIGNING_KEY = 'emulated-signing-key-4711'

export const agents: readonly [EmulatedAgent, EmulatedAgent] = [
  { id: 'agent-anna', name: 'Anna Nowak', avatarUrl: 'https://api.example.com/avatars/anna.png' },
  { id: 'agent-ben', name: 'Ben Carter', avatarUrl: 'https://api.example.com/avatars/ben.png' },
]

export const newState = (): State => ({ threads: [], answers: {}, lastEventAt: 0 })
