import { parseJson } from './json'

const LONGEST_TEXT = 2_000

/** A body as the journal shows it: JSON parsed, forms as fields, files and binary data by size only. */
export async function describeBody(bytes: Uint8Array<ArrayBuffer>, contentType: string): Promise<unknown> {
  if (bytes.byteLength === 0) return undefined
  if (contentType.startsWith('multipart/form-data')) return describeMultipart(bytes, contentType)
  const text = new TextDecoder().decode(bytes)
  if (contentType.includes('x-www-form-urlencoded')) return Object.fromEntries(new URLSearchParams(text))
  const json = parseJson(text)
  if (json !== undefined) return json
  if (contentType === '' || /^text\/|xml|html/.test(contentType)) {
    return text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}… (${text.length} characters)` : text
  }
  return `${bytes.byteLength} bytes of ${contentType}`
}

async function describeMultipart(bytes: Uint8Array<ArrayBuffer>, contentType: string): Promise<unknown> {
  try {
    const form = await new Response(bytes, { headers: { 'content-type': contentType } }).formData()
    return Object.fromEntries(
      [...form.entries()].map(([name, value]) => [
        name,
        typeof value === 'string' ? value : `file ${value.name} (${value.size} bytes, ${value.type})`,
      ])
    )
  } catch {
    return `${bytes.byteLength} bytes of unreadable multipart/form-data`
  }
}
