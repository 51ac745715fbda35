import { createRequire } from 'node:module'
import { isRecord } from './json'

/** Runs a built bundle as a server of its own, at a free port that its parent is told: `<bundle>`. */

const [bundlePath] = process.argv.slice(2)
if (!bundlePath) throw new Error('Usage: instance-runner <bundle>')

const ANY_PORT = 0

process.on('disconnect', () => process.exit())
// Ctrl-C reaches every process of the terminal; the parent ends this one when nothing is under way any more.
process.on('SIGINT', () => undefined)

const bundle: unknown = createRequire(import.meta.url)(bundlePath)
const integration = isRecord(bundle) ? bundle['default'] : undefined
const start = isStartable(integration) ? integration : undefined
if (!start) throw new Error(`${bundlePath} has no default export that can be started`)
await start.start(ANY_PORT)

function isStartable(value: unknown): value is { start(port: number): unknown } {
  return typeof value === 'object' && value !== null && 'start' in value && typeof value.start === 'function'
}
