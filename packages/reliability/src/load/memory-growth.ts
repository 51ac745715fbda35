import { median } from '@hitl/sandbox/statistics'

/** One process at one moment: what it holds after the garbage was collected, and how much it had done by then. */
export type MemorySample = { heldBytes: number; invocations: number }

export type MemoryGrowth = {
  earlyBytes: number
  lateBytes: number
  growthBytes: number
  /** Growth for each thousand invocations in between. */
  perThousandBytes: number
  /** Undefined when the run was too short to tell. */
  isLeak: boolean | undefined
}

/** Sessions are being opened and every cache is still empty during the first part of a run. */
const WARM_UP_SHARE = 1 / 4
/** How much of what follows counts as early, and how much as late. */
const WINDOW_SHARE = 1 / 3
const FEWEST_SAMPLES = 6
const FEWEST_INVOCATIONS = 1_000

/**
 * A process that kept nothing but the body of each invocation (about 1 KB as a string, several KB as objects) would grow
 * by more than this for each thousand of them. What the caches of the core may hold for a message (an id and a settled
 * promise, 5,000 of them) stays below.
 */
const LEAK_PER_THOUSAND_BYTES = 600_000
/** Compiled code and the runtime's own tables come and go by about as much. */
const NOISE_BYTES = 3_000_000

/** Compares an early window after the warm-up with the last one. Samples in order of time. */
export function memoryGrowth(samples: readonly MemorySample[]): MemoryGrowth {
  const settled = samples.slice(Math.floor(samples.length * WARM_UP_SHARE))
  const size = Math.max(1, Math.floor(settled.length * WINDOW_SHARE))
  const [early, late] = [settled.slice(0, size), settled.slice(-size)]
  const middle = (window: readonly MemorySample[], of: keyof MemorySample) => median(window.map((one) => one[of]))
  const [earlyBytes, lateBytes] = [middle(early, 'heldBytes'), middle(late, 'heldBytes')]
  const growthBytes = lateBytes - earlyBytes
  const invocations = middle(late, 'invocations') - middle(early, 'invocations')
  const perThousandBytes = invocations > 0 ? (growthBytes / invocations) * 1_000 : 0
  const isLong = samples.length >= FEWEST_SAMPLES && invocations >= FEWEST_INVOCATIONS
  const isLeak = isLong ? growthBytes > NOISE_BYTES && perThousandBytes > LEAK_PER_THOUSAND_BYTES : undefined
  return { earlyBytes, lateBytes, growthBytes, perThousandBytes, isLeak }
}
