import { readdirSync, readFileSync } from 'node:fs'

/** A webhook as it was recorded, or written from the vendor's documentation. */
export type Recording = { name: string; headers: Readonly<Record<string, string>>; body: string }

/** The recorded webhooks of an integration, by name. @throws Error when there are none */
export function recordingsOf(folder: string): readonly Recording[] {
  const place = new URL(`../../../../integrations/${folder}/test/fixtures/`, import.meta.url)
  const names = readdirSync(place).filter((file) => file.endsWith('.json'))
  if (names.length === 0) throw new Error(`The integration ${folder} has no recorded webhooks.`)
  return names.toSorted().map((file) => {
    const read: unknown = JSON.parse(readFileSync(new URL(file, place), 'utf8'))
    if (!isRecording(read)) throw new Error(`The recorded webhook ${file} of ${folder} has no headers or no body.`)
    return { name: file.slice(0, -'.json'.length), headers: read.headers, body: read.body }
  })
}

function isRecording(value: unknown): value is Omit<Recording, 'name'> {
  if (typeof value !== 'object' || value === null || !('headers' in value && 'body' in value)) return false
  return typeof value.headers === 'object' && value.headers !== null && typeof value.body === 'string'
}
