import type { SandboxProvider } from '@hitl/sandbox/providers'
import * as fc from 'fast-check'
import { BuiltIns } from './built-ins'
import { describedRequest } from './described-request'
import type { FuzzWorld, WorldOptions } from './fuzz-world'
import { judge, type Offence } from './judge'
import { makeRequest, type MadeRequest } from './make-request'
import { type Plan, plan } from './plan'
import { Rounds } from './rounds'
import { count, newTally, type Tally } from './tally'

export type FuzzOptions = Omit<WorldOptions, 'age'> & {
  requests: number
  seed: number
  /** Goes straight to a request that failed before, as its failure named it. */
  path?: string
  /** So much of a processor is too much for a request, in ms; for a large body in proportion. */
  slowMs?: number
  /** Told before each request, which has this number. */
  onRequest?: (index: number, tally: Tally) => void
}

export type Failure = Offence & {
  /** The smallest request that shows it, as it may be printed. */
  request: string
  path: string
}

export type FuzzResult = {
  tally: Tally
  failure: Failure | undefined
  /** Bytes in use at the end of each round. */
  heap: readonly number[]
}

/** No provider waits less for an answer. */
const SLOW_MS = 2_000

/** In characters. */
const LARGE_BODY = 100_000

class Offended extends Error {
  constructor(
    readonly offence: Offence,
    readonly request: string
  ) {
    super(offence.what)
  }
}

/** Sends that many requests, one after the other, until one shows a fault; that one is made as small as it can be. */
export async function runFuzz(provider: SandboxProvider, options: FuzzOptions): Promise<FuzzResult> {
  const { requests, seed, path, slowMs = SLOW_MS, onRequest, ...worldOptions } = options
  const tally = newTally(requests)
  const rounds = new Rounds(provider, worldOptions, path === undefined ? 0 : Number.parseInt(path, 10))
  const examination = { tally, builtIns: new BuiltIns(), slowMs }
  const property = fc.asyncProperty(plan, async (one) => {
    onRequest?.(rounds.sent, tally)
    await examine(await rounds.next(), one, examination)
  })
  try {
    const found = await fc.check(property, {
      seed,
      ...(path === undefined ? { numRuns: requests } : { path, numRuns: 1 }),
    })
    return { tally, failure: found.failed ? failureOf(found) : undefined, heap: rounds.heap }
  } finally {
    await rounds.close()
  }
}

type Examination = { tally: Tally; builtIns: BuiltIns; slowMs: number }

/** @throws Offended */
async function examine(world: FuzzWorld, one: Plan, examination: Examination): Promise<void> {
  const made = makeRequest(one, world)
  const describe = () => describedRequest(made, world.secrets)
  const offence = await offenceOf(world, made, one.times, { ...examination, describe })
  if (offence) throw new Offended(offence, describe())
}

async function offenceOf(
  world: FuzzWorld,
  made: MadeRequest,
  times: number,
  { tally, builtIns, slowMs, describe }: Examination & { describe: () => string }
): Promise<Offence | undefined> {
  const exchanges = await world.send(made.forwarded, times)
  for (const exchange of exchanges) count(tally, made, exchange, describe)
  const polluted = builtIns.firstChanged()
  if (polluted) return { what: 'a prototype was changed', details: polluted }
  const offence = exchanges.map((exchange) => judge(made, exchange, world.secrets)).find(Boolean)
  if (offence) return offence
  const logs = world.takeLogs()
  if (world.secrets.some((secret) => logs.includes(secret))) return { what: 'a secret is in the log', details: '' }
  const limitMs = slowMs * Math.max(1, (made.forwarded.body ?? '').length / LARGE_BODY)
  return exchanges.some(({ ms }) => ms > limitMs) ? confirmSlow(world, made, limitMs) : undefined
}

/** Other programs may have held the machine up: what counts is what the request takes of a processor, each time. */
async function confirmSlow(world: FuzzWorld, made: MadeRequest, limitMs: number): Promise<Offence | undefined> {
  const used = async () => {
    const before = process.cpuUsage()
    await world.send(made.forwarded, 1)
    const { user, system } = process.cpuUsage(before)
    return (user + system) / 1_000
  }
  const least = Math.min(await used(), await used())
  return least > limitMs ? { what: 'a request takes too long', details: `${Math.round(least)} ms` } : undefined
}

function failureOf({ errorInstance: error, counterexamplePath }: fc.RunDetails<[Plan]>): Failure {
  if (!(error instanceof Offended)) throw error instanceof Error ? error : new Error(String(error))
  return { ...error.offence, request: error.request, path: counterexamplePath ?? '' }
}
