import { Session } from 'node:inspector/promises'
import type { Invoke } from '@hitl/emulator'
import { PARTS, type Part, partOutside, partsOfBundle } from './parts'
import type { Recording, Request } from './recording'
import { Replay } from './replay'
import { warmUp } from './sample'

/** Where the time goes, as shares of 1 by part. */
export type ProfileRow = { situation: string; milliseconds: number; shares: { part: Part; share: number }[] }

export const situations = [
  'the bundle is loaded and answers its first webhook',
  'a warm instance gets messages of an agent',
  'a warm instance sends messages of the user',
] as const

const WARM_UP = 300
const COUNT = 400
const INTERVAL_US = 100

/** @param bundle with its line breaks */
export async function profile(recording: Recording, bundle: string): Promise<ProfileRow[]> {
  const replay = new Replay(recording, { sessions: 1, agentOf: () => 0 })
  const partAt = partsOfBundle(bundle)
  let message = 0
  const some = (step: 'agentText' | 'userText', count: number): Request[] =>
    Array.from({ length: count }, () => replay.request(step, { session: 0, agent: 0, message: ++message }))
  const take = (situation: string, run: () => Promise<unknown>) => sample(situation, bundle, partAt, run)
  try {
    const first = some('agentText', 1)
    let invoke: Invoke | undefined
    const cold = await take(situations[0], async () => {
      invoke = replay.load(bundle)
      await warmUp(invoke, first)
    })
    if (!invoke) throw new Error('The bundle was not loaded')
    const rows = [cold]
    for (const [step, situation] of [['agentText', situations[1]] as const, ['userText', situations[2]] as const]) {
      const [warm, measured] = [some(step, WARM_UP), some(step, COUNT)]
      await warmUp(invoke, warm)
      const warmed = invoke
      rows.push(await take(situation, () => warmUp(warmed, measured)))
    }
    return rows
  } finally {
    replay.close()
  }
}

async function sample(
  situation: string,
  bundle: string,
  partAt: (line: number) => Part,
  run: () => Promise<unknown>
): Promise<ProfileRow> {
  const session = new Session()
  session.connect()
  await session.post('Profiler.enable')
  await session.post('Profiler.setSamplingInterval', { interval: INTERVAL_US })
  await session.post('Profiler.start')
  await run()
  const { profile: taken } = await session.post('Profiler.stop')
  session.disconnect()
  const spent = new Map<Part, number>()
  const nodes = new Map(taken.nodes.map((node) => [node.id, node.callFrame]))
  for (const [index, id] of (taken.samples ?? []).entries()) {
    const { functionName = '', url = '', lineNumber = 0 } = nodes.get(id) ?? {}
    const part = url.includes(bundle) ? partAt(lineNumber) : partOutside(functionName, url)
    if (part) spent.set(part, (spent.get(part) ?? 0) + (taken.timeDeltas?.[index] ?? 0))
  }
  const total = [...spent.values()].reduce((sum, one) => sum + one, 0)
  return {
    situation,
    milliseconds: total / 1000,
    shares: PARTS.map((part) => ({ part, share: (spent.get(part) ?? 0) / total })),
  }
}
