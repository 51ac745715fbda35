import { createContext, use } from 'react'
import type { Action, ActionAnswer } from '../protocol'

export type Sandbox = {
  provider: string
  /** Answers undefined when it was refused; the reason is on the page then. */
  act(action: Action): Promise<ActionAnswer | undefined>
  report(problem: string): void
}

export const SandboxContext = createContext<Sandbox | undefined>(undefined)

export function useSandbox(): Sandbox {
  const sandbox = use(SandboxContext)
  if (!sandbox) throw new Error('useSandbox needs a SandboxContext around it')
  return sandbox
}
