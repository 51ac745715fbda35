import { EMULATED_HOST_HEADER, VIEWER_HEADER } from '@hitl/emulator'
import type { Download } from './desk'

/** The bytes behind a vendor's address, read from the emulator that answers for its host. */
export async function downloadFrom(emulatorUrl: string, address: string): Promise<Download> {
  const { host, pathname, search } = new URL(address)
  const headers = { [EMULATED_HOST_HEADER]: host, [VIEWER_HEADER]: '1' }
  const answer = await fetch(new URL(pathname + search, emulatorUrl), { headers })
  if (!answer.ok) throw new Error(`The file ${host}${pathname} cannot be read: ${answer.status}`)
  return {
    bytes: new Uint8Array(await answer.arrayBuffer()),
    contentType: answer.headers.get('content-type') ?? 'application/octet-stream',
  }
}
