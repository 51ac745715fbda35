import { findProvider } from '../providers/index'
import { quiet } from '../quiet'
import { bundleOf } from '../stage'
import { shiftTime } from '../testing/process-patches'
import { measureCosts } from './costs'
import { measureGrowth } from './growth'
import type { Measured } from './measurement'
import { profile } from './profile'
import { record } from './recording'

/**
 * Measures one integration in a process of its own and prints JSON: `<folder of the integration> <bundle of the empty
 * integration> <bundle with its line breaks>`.
 */

const YOUNG_SESSION_MS = 60_000

const [name = '', empty = '', readable = ''] = process.argv.slice(2)
const undo = quiet()
const time = shiftTime()
const recording = await record(findProvider(name), () => time.shift(YOUNG_SESSION_MS))
const bundle = bundleOf(name)
// First: nothing of the bundle has been compiled yet.
const profiled = await profile(recording, readable)
const costs = await measureCosts(recording, bundle, empty)
const growth = await measureGrowth(recording, bundle)
undo()
process.stdout.write(`\n${JSON.stringify({ costs, growth, profile: profiled } satisfies Measured)}\n`, () =>
  process.exit()
)
