import { afterAll, describe, expect, it } from 'vitest'
import { causes } from '../src/faults/causes'
import { playMatrix } from '../src/faults/matrix'
import { isKnown } from '../src/faults/reasons'
import { steps } from '../src/faults/steps'
import { Workers } from '../src/faults/workers'

const workers = new Workers(3)
afterAll(() => workers.close())

/** So many that each step and each fault comes up; `npm run faults` plays all. */
const EVERY = 5
/** Slower than the command: other tests run at the same time. */
const SPEED = 5

describe.each(['livechat', 'hubspot', 'zoho-salesiq'])('%s, in a sample of the fault matrix', (provider) => {
  it('delivers once or fails loudly, and gives no secret and no word away', { timeout: 600_000 }, async () => {
    const { runs, broken } = await playMatrix(workers, { providers: [provider], speed: SPEED, every: EVERY })
    expect(broken).toEqual([])
    expect(runs.filter(({ leaks }) => leaks.length > 0)).toEqual([])
    expect(runs.filter(({ hit }) => !hit)).toEqual([])
    expect(runs.filter((run) => !['once', 'failed'].includes(run.verdict) && !isKnown(run))).toEqual([])
    expect(new Set(runs.map(({ step }) => step)).size).toBe(steps.length)
    expect(new Set(runs.map(({ cause }) => cause)).size).toBe(causes.length)
  })
})
