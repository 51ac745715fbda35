import { createServer } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { EMULATED_HOST_HEADER } from '../../packages/emulator/src/hosts'
import { callLoopback } from '../../packages/emulator/src/loopback'

/** Stands before the emulator and keeps what is asked of it: `METHOD host/path`, as the vendor would see it. */
export type Recorder = { url: string; calls: string[]; close(): void }

export async function startRecorder(emulatorUrl: string): Promise<Recorder> {
  const calls: string[] = []
  const server = createServer(async (request, response) => {
    const { method = '', url = '' } = request
    const target = new URL(url, emulatorUrl)
    calls.push(`${method} ${String(request.headers[EMULATED_HOST_HEADER])}${target.pathname}`)
    const headers = Object.entries(request.headers).map(([name, value]) => [name, String(value)])
    try {
      const body = await buffer(request)
      const answer = await callLoopback({ url: target, method, headers: Object.fromEntries(headers), body })
      response.writeHead(answer.status, answer.headers.flat()).end(answer.body)
    } catch {
      response.destroy()
    }
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The recorder has no port')
  return { url: `http://127.0.0.1:${address.port}`, calls, close: () => void server.close() }
}
