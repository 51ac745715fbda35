import type { Invoke } from '@hitl/emulator'
import { operations } from './operations'
import type { Recording } from './recording'
import { type Calls, callsOf, Replay } from './replay'
import { type Cost, costOf, warmUp } from './sample'
import { ratios, type Spread, spread } from './statistics'

/** An operation beside the same request to an integration that does nothing. */
export type CostRow = {
  operation: string
  /** Calls it makes, answered in memory. */
  calls: Calls
  microseconds: Compared
  bytes: Compared
}

export type Compared = { ours: Spread; empty: Spread; ratio: Spread }

const ALIVE = 10
const WARM_UP = 150
const BATCH = 40
export const REPETITIONS = 9

export async function measureCosts(recording: Recording, bundle: string, empty: string): Promise<CostRow[]> {
  const replay = new Replay(recording, { sessions: ALIVE, agentOf: () => 0 })
  try {
    const [ours, nothing] = [replay.load(bundle), replay.load(empty)]
    const rows: CostRow[] = []
    for (const operation of operations) rows.push(await measure(replay, ours, nothing, operation))
    return rows
  } finally {
    replay.close()
  }
}

type Operation = (typeof operations)[number]

async function measure(
  replay: Replay,
  ours: Invoke,
  empty: Invoke,
  { title, status, request }: Operation
): Promise<CostRow> {
  let n = 0
  const some = (count: number) => Array.from({ length: count }, () => request(replay, ++n))
  const batch = () => some(BATCH)
  await warmUp(ours, some(WARM_UP))
  await warmUp(empty, some(WARM_UP))
  const calls = await callsOf(replay, () => warmUp(ours, some(1)))
  const [our, their]: [Cost[], Cost[]] = [[], []]
  // In turn, so that what else the machine does hits both alike.
  for (let repetition = 0; repetition < REPETITIONS; repetition += 1) {
    our.push(await costOf(ours, batch, status))
    their.push(await costOf(empty, batch, OK))
  }
  return {
    operation: title,
    calls,
    microseconds: compare(our, their, ({ microseconds }) => microseconds),
    bytes: compare(our, their, ({ bytes }) => bytes),
  }
}

const OK = 200

function compare(our: readonly Cost[], their: readonly Cost[], read: (cost: Cost) => number): Compared {
  const [ours, empty] = [our.map(read), their.map(read)]
  return { ours: spread(ours), empty: spread(empty), ratio: ratios(ours, empty) }
}
