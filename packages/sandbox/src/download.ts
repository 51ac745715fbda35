/** The bytes behind a vendor's address, read from the emulator that answers for its host. */
export async function downloadFrom(emulatorUrl: string, address: string): Promise<Uint8Array> {
  const { host, pathname } = new URL(address)
  const answer = await fetch(new URL(pathname, emulatorUrl), { headers: { 'x-emulated-host': host } })
  if (!answer.ok) throw new Error(`The file ${address} cannot be read: ${answer.status}`)
  return new Uint8Array(await answer.arrayBuffer())
}
