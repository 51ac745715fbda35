import { createRequire } from 'node:module'
import { isRecord } from './json'

/** Runs a built bundle as a server of its own: `<bundle> <port>`. */

const [bundlePath, port] = process.argv.slice(2)
if (!bundlePath || !port) throw new Error('Usage: instance-runner <bundle> <port>')

process.on('disconnect', () => process.exit())

const bundle: unknown = createRequire(import.meta.url)(bundlePath)
const integration = isRecord(bundle) ? bundle['default'] : undefined
const start = isStartable(integration) ? integration : undefined
if (!start) throw new Error(`${bundlePath} has no default export that can be started`)
await start.start(Number(port))

function isStartable(value: unknown): value is { start(port: number): unknown } {
  return typeof value === 'object' && value !== null && 'start' in value && typeof value.start === 'function'
}
