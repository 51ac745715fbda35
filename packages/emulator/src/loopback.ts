import { request as httpRequest } from 'node:http'

export type RawRequest = {
  url: URL
  method: string
  headers: Record<string, string>
  body?: Uint8Array | string
  signal?: AbortSignal
}

export type RawResponse = { status: number; statusText: string; headers: [string, string][]; body: Buffer }

/**
 * One HTTP call on a connection of its own. Uses the function node:http exported at load, so that requests the
 * emulator makes are not seen by interceptors that replace `http.request` later.
 */
export function callLoopback(call: RawRequest): Promise<RawResponse> {
  return new Promise((resolve, reject) => {
    const options = { method: call.method, headers: call.headers, agent: false as const }
    const outgoing = httpRequest(call.url, call.signal ? { ...options, signal: call.signal } : options, (incoming) => {
      const chunks: Buffer[] = []
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
      incoming.on('error', reject)
      incoming.on('end', () =>
        resolve({
          status: incoming.statusCode ?? 0,
          statusText: incoming.statusMessage ?? '',
          headers: pairs(incoming.rawHeaders),
          body: Buffer.concat(chunks),
        })
      )
    })
    outgoing.on('error', reject)
    outgoing.end(call.body)
  })
}

function pairs(raw: readonly string[]): [string, string][] {
  const result: [string, string][] = []
  for (let i = 0; i + 1 < raw.length; i += 2) result.push([raw[i] ?? '', raw[i + 1] ?? ''])
  return result
}

/** Headers that belong to one connection and must not be passed on (RFC 9110, section 7.6.1). */
const HOP_BY_HOP = new Set(['connection', 'keep-alive', 'transfer-encoding', 'te', 'trailer', 'upgrade', 'host'])

export function isHopByHop(name: string): boolean {
  return HOP_BY_HOP.has(name.toLowerCase())
}
