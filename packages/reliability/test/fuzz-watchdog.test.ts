import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

it('a program that a request keeps busy for good is ended, with a sentence that names the request', async () => {
  const watchdog = fileURLToPath(new URL('../src/fuzz/watchdog.ts', import.meta.url))
  const code = `const { startWatchdog } = await import(${JSON.stringify(watchdog)})
    const { begin } = await startWatchdog(200, 'Request % does not end')
    begin(42)
    for (;;);`
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', code], {
    // Not even a watchdog that fails may leave it behind.
    timeout: 50_000,
    killSignal: 'SIGTERM',
  })
  let said = ''
  child.stderr.on('data', (chunk) => (said += String(chunk)))
  const [, signal]: unknown[] = await once(child, 'close')
  expect(signal).toBe('SIGKILL')
  expect(said).toContain('Request 42 does not end')
}, 60_000)
