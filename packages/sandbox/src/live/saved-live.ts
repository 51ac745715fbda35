import { deserialize, serialize } from 'node:v8'
import { SavedStateError } from '@hitl/emulator'
import type { FaultScope, Step } from '@hitl/sandbox-page/protocol'
import type { LiveFaultName } from './faults'
import type { Failure } from './user-view'

/** To be raised whenever something below changes its shape. */
const FORMAT = 1

/** What the page remembers besides the emulator. */
export type SavedLive = {
  steps: readonly Step[]
  failures: readonly Failure[]
  faultsOn: readonly LiveFaultName[]
  faultScope: FaultScope
  /** When each user's session started. */
  startTimes: Readonly<Record<string, number>>
  /** Shown nowhere, also when they were replaced since. */
  secrets: readonly string[]
}

/** A provider as it was played, with what the emulator says of itself. */
export type Saved = { live: SavedLive; emulator: Uint8Array }

export const pack = (saved: Saved): Uint8Array => serialize({ ...saved, format: FORMAT })

/** What the emulator's part is worth is for the emulator to say. @throws SavedStateError */
export function unpack(bytes: Uint8Array): Saved {
  const saved = deserialized(bytes)
  if (isSaved(saved)) return saved
  throw new SavedStateError('The saved state is damaged, or another version of the sandbox wrote it.')
}

function deserialized(bytes: Uint8Array): unknown {
  try {
    return deserialize(bytes)
  } catch {
    return undefined
  }
}

function isSaved(value: unknown): value is Saved {
  if (typeof value !== 'object' || value === null || !('live' in value) || !('emulator' in value)) return false
  if (!('format' in value) || value.format !== FORMAT) return false
  const { live, emulator } = value
  if (typeof live !== 'object' || live === null || !('steps' in live) || !('failures' in live)) return false
  const lists = [live.steps, live.failures, 'faultsOn' in live ? live.faultsOn : undefined]
  return emulator instanceof Uint8Array && lists.every((list) => Array.isArray(list))
}
