import { statSync } from 'node:fs'
import { ratios, type Spread, spread } from './statistics'
import { addedBytesBudget } from '../budgets'
import { bundleOf } from '../stage'
import { run } from './run-node'

export type BundleReport = {
  bytes: number
  emptyBytes: number
  addedBytes: number
  addedBudget: number
  ok: boolean
  /** Time of the processor for `require` in a fresh Node process, in ms. */
  load: Spread
  emptyLoad: Spread
  /** How many times as long as the empty one. */
  loadRatio: Spread
}

const REPETITIONS = 9
const LOAD = `const t = process.cpuUsage(); require(process.argv[1]); const { user, system } = process.cpuUsage(t); console.log('\\n' + (user + system) / 1000); process.exit()`

/** Size and loading time of the built bundle beside those of an integration that does nothing. */
export async function measureBundles(folder: string, empty: string): Promise<BundleReport> {
  const bundle = bundleOf(folder)
  const [bytes, emptyBytes] = [statSync(bundle).size, statSync(empty).size]
  const times: { load: number[]; emptyLoad: number[] } = { load: [], emptyLoad: [] }
  // In turn, so that what else the machine does hits both alike.
  for (let i = 0; i < REPETITIONS; i += 1) {
    times.load.push(await loadMs(bundle))
    times.emptyLoad.push(await loadMs(empty))
  }
  const addedBytes = bytes - emptyBytes
  const addedBudget = addedBytesBudget(folder)
  const ok = addedBytes <= addedBudget
  return {
    bytes,
    emptyBytes,
    addedBytes,
    addedBudget,
    ok,
    load: spread(times.load),
    emptyLoad: spread(times.emptyLoad),
    loadRatio: ratios(times.load, times.emptyLoad),
  }
}

async function loadMs(bundle: string): Promise<number> {
  const output = await run(['-e', LOAD, bundle], process.cwd())
  return Number(output.trim().split('\n').at(-1))
}
