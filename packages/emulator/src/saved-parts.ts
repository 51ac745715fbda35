import type { Botpress } from './botpress/platform'
import type { Clock } from './clock'
import type { Files } from './files-host'
import type { Journal } from './journal'
import { present } from './json'
import type { ProviderEmulator } from './provider'
import { SavedStateError, writeState, type SavedState } from './saved-state'

/** So many entries of the journal are saved. They are numbered anew when they come back. */
const SAVED_ENTRIES = 2000

export type Parts = { clock: Clock; journal: Journal; files: Files; providers: readonly ProviderEmulator[] }

export function saveParts({ clock, journal, files, providers }: Parts, botpress: Botpress): Uint8Array {
  return writeState({
    clockOffsetMs: clock.offsetMs,
    files: files.save(),
    botpress: botpress.save(),
    providers: Object.fromEntries(providers.map((provider) => [provider.name, provider.save()])),
    journal: journal.entries.slice(-SAVED_ENTRIES).map((entry) => present(entry)),
  })
}

/**
 * Puts a saved state into fresh parts, and lets `rest` do what else there is to do.
 * @throws SavedStateError when it does not fit; then the parts are of no use any more
 */
export async function restoreParts<T>(parts: Parts, saved: SavedState, rest: () => T): Promise<T> {
  const { clock, journal, files, providers } = parts
  try {
    await clock.startAt(saved.clockOffsetMs)
    for (const provider of providers) provider.restore(saved.providers[provider.name])
    files.restore(saved.files)
    for (const { seq: _seq, ...entry } of saved.journal) journal.add(entry)
    return rest()
  } catch (cause) {
    throw new SavedStateError('The saved state does not fit this version of the emulator.', { cause })
  }
}
