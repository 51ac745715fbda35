/** One invocation as its process saw it. */
export type Visit = {
  /** `message_created`, `webhook_received` … */
  operation: string
  /** Time that was not spent waiting for calls, in ms. */
  ownMs: number
  /** Whether one of its calls was refused or broke, so that `ownMs` may hold a wait before the next attempt. */
  disturbed: boolean
}

/** What a process says about itself, as one line. */
export type InstanceReport = {
  pid: number
  visits: readonly Visit[]
  rssBytes: number
  cpuMs: number
  /** After the garbage was collected; only where the parent has asked. */
  heldBytes?: number
}

/** Where a process finds its parent. */
export const PORT_VARIABLE = 'HITL_LOAD_REPORTS'
/** What the parent says to have the garbage collected and the rest counted. */
export const ASK = 'memory\n'

export const writeReport = (report: InstanceReport): string => `${JSON.stringify(report)}\n`

/** Undefined for anything that is no report. */
export function readReport(line: string): InstanceReport | undefined {
  const value: unknown = JSON.parse(line)
  return isReport(value) ? value : undefined
}

/** Both ends are this package, so a look at what tells a report apart is enough. */
const isReport = (value: unknown): value is InstanceReport =>
  typeof value === 'object' && value !== null && 'pid' in value && 'visits' in value && Array.isArray(value.visits)
