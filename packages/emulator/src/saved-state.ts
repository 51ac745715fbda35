import { createHash } from 'node:crypto'
import { deserialize, serialize } from 'node:v8'
import type { SavedBotpress } from './botpress/saved-botpress'
import type { SavedFiles } from './files-host'
import type { JournalEntry } from './journal'
import { isRecord, type JsonRecord } from './json'
import { copyOf } from './saved-copy'

/** Raise this whenever something that is saved changes its shape: what was saved before is refused from then on. */
const FORMAT = 1

/** Everything of an emulator that outlasts its process. */
export type SavedState = {
  clockOffsetMs: number
  files: SavedFiles
  botpress: SavedBotpress
  /** What each provider has saved, by its name. */
  providers: Readonly<Record<string, unknown>>
  /** The latest ones, oldest first. */
  journal: readonly JournalEntry[]
}

/** A saved state that an emulator cannot be started from. The message is a sentence for people. */
export class SavedStateError extends Error {
  override readonly name = 'SavedStateError'
}

export function writeState(state: SavedState): Uint8Array {
  const content = serialize(state)
  const digest = digestOf(content)
  return new Uint8Array(serialize({ format: FORMAT, providers: Object.keys(state.providers), digest, content }))
}

/** @throws SavedStateError when it is damaged, of another format, or of other providers */
export function readState(bytes: Uint8Array, providers: readonly string[]): SavedState {
  const { format, providers: saved, digest, content } = envelopeIn(bytes)
  if (format !== FORMAT) {
    throw new SavedStateError(`The saved state has format ${String(format)}, but this emulator reads format ${FORMAT}.`)
  }
  const wanted = listed(providers)
  const found = listed(Array.isArray(saved) ? saved.map(String) : [])
  if (found !== wanted) throw new SavedStateError(`The saved state is of ${found}, but the emulator plays ${wanted}.`)
  if (!(content instanceof Uint8Array) || digestOf(content) !== digest) {
    throw new SavedStateError('The saved state is damaged.')
  }
  // The digest says that `writeState` of this format wrote it. The copy holds no more bytes than it needs.
  return copyOf(deserialize(content) as SavedState)
}

function envelopeIn(bytes: Uint8Array): JsonRecord {
  const envelope = readable(bytes)
  if (!isRecord(envelope) || !('format' in envelope)) {
    throw new SavedStateError('The saved state cannot be read: it is damaged, or no saved state at all.')
  }
  return envelope
}

function readable(bytes: Uint8Array): unknown {
  try {
    return deserialize(bytes)
  } catch {
    return undefined
  }
}

const digestOf = (content: Uint8Array): string => createHash('sha256').update(content).digest('hex')

const listed = (names: readonly string[]): string => names.toSorted().join(', ') || 'no provider'
