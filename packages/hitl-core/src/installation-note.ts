import * as z from 'zod/mini'
import type { InstallationNote } from './adapter'
import { BoundedCache } from './bounded-cache'
import { state } from './botpress/names'
import type { BotpressPort, StateAddress } from './botpress/port'
import { readState, removeState } from './botpress/state'

const noteSchema = z.object({ note: z.string() })

/** What was read, and when, in epoch ms. Other instances may write a new note meanwhile. */
const seen = new BoundedCache<{ note: unknown; at: number }>({ maxEntries: 500 })
const FRESH_MS = 60_000

/** Keeps what an adapter notes about its installation in a Botpress state. `installation` tells bots apart: states do. */
export function createInstallationNote(
  client: BotpressPort,
  integrationId: string,
  installation: string
): InstallationNote {
  const address: StateAddress = { type: 'integration', id: integrationId, name: state.installation }
  const remember = (note: unknown) => seen.set(installation, { note, at: Date.now() })
  return {
    async read(fresh = false) {
      const last = seen.get(installation)
      if (!fresh && last && Date.now() - last.at < FRESH_MS) return last.note
      const stored = await readState(client, address, noteSchema)
      const note: unknown = stored && JSON.parse(stored.note)
      // Written meanwhile, the newer note stays.
      if (seen.get(installation) === last) remember(note)
      return note
    },
    async write(note) {
      if (note === undefined) await removeState(client, address)
      else await client.setState({ ...address, payload: { note: JSON.stringify(note) } })
      remember(note)
    },
  }
}
