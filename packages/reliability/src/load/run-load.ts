import type { OpenStage, SandboxProvider } from '@hitl/sandbox/providers'
import { Arrivals } from './arrivals'
import { allCalls, type CallFigures, countCalls } from './call-figures'
import { checkConversations, checkEnd, checkMemory, checkPressure, type LoadCheck } from './checks'
import { Conversation } from './conversation'
import { startFaultShower } from './fault-shower'
import { freezable } from './frozen-desk'
import { Gate } from './gate'
import { type InstanceFigures, InstanceReports } from './instance-reports'
import { memoryGrowth } from './memory-growth'
import type { LoadOptions } from './options'
import { randomFrom } from './random'
import type { Scene } from './scene'
import { Slots } from './slots'
import { messagesOf, newTally, type Tally } from './tally'
import { startTimeJumps } from './time-jumps'
import { startWeather } from './weather'

export type LoadRun = {
  provider: string
  tally: Tally
  calls: CallFigures
  instances: readonly InstanceFigures[]
  /** While people talked, without the starts, the ends and the checks. In ms. */
  talkMs: number
  totalMs: number
  jumps: number
  expirations: number
  doubled: number
  /** Of this process, which emulates Botpress and the provider. */
  emulatorPeakBytes: number
  checks: readonly LoadCheck[]
}

export type Progress = { phase: string; tally: Tally; total: number }

/** The journal keeps no more; whoever counts listens to it. */
const JOURNAL_ENTRIES = 2_000
const SLOTS = 32
const HOUR_MS = 3_600_000

/** Plays one provider under load. `told` is called whenever a phase begins. */
export async function runLoad(
  provider: SandboxProvider,
  options: LoadOptions,
  told: (progress: Progress) => void
): Promise<LoadRun> {
  const reports = await InstanceReports.open()
  const open = await provider
    .open({ instances: 'process', count: options.instances, env: reports.env })
    .catch(async (error: unknown) => {
      await reports.close()
      throw error
    })
  try {
    return await play(open, reports, options, told)
  } finally {
    await open.stage.close()
    await reports.close()
  }
}

async function play(
  { stage, desk }: OpenStage,
  reports: InstanceReports,
  options: LoadOptions,
  told: (progress: Progress) => void
): Promise<LoadRun> {
  const startedAt = performance.now()
  const { emulator, installation, provider } = stage
  emulator.journal.keepLatest(JOURNAL_ENTRIES)
  const tally = newTally()
  const counting = countCalls(emulator.journal, desk)
  const view = freezable(desk)
  const scene: Scene = {
    emulator,
    installation,
    desk,
    gate: new Gate(),
    slots: new Slots(SLOTS),
    arrivals: new Arrivals(emulator.journal),
    tally,
  }
  const each = Math.max(1, Math.round(options.messages / options.conversations / 2))
  const total = each * 2 * options.conversations * options.rounds
  const tell = (phase: string) => told({ phase, tally, total })
  const { seed } = options
  const chance = (what: string) => randomFrom(seed, what)
  const endFaults = startFaultShower({
    emulator,
    provider: provider.name,
    refusals: desk.refusals,
    percent: options.faults,
    random: chance('faults'),
  })
  const weather = startWeather({ emulator, provider: provider.name, desk, random: chance('weather') })
  const everybody: Conversation[] = []
  let [talkMs, jumps] = [0, 0]
  for (let round = 1; round <= options.rounds; round += 1) {
    const people = Array.from(
      { length: options.conversations },
      (_, index) => new Conversation(scene, `User ${round} ${String(index + 1).padStart(3, '0')}`, seed, view.desk)
    )
    everybody.push(...people)
    const inRound = options.rounds > 1 ? ` (round ${round})` : ''
    tell(`the sessions begin${inRound}`)
    await all(people, (one) => one.begin())
    tell(`everybody talks${inRound}`)
    const talkedFrom = performance.now()
    const before = messagesOf(tally)
    const progress = () => (messagesOf(tally) - before) / (each * 2 * options.conversations)
    const moving = startTimeJumps({ emulator, gate: scene.gate, reports, progress })
    await all(people, (one) => one.talk(each))
    talkMs += performance.now() - talkedFrom
    tell(`the sessions end${inRound}`)
    await all(people, (one) => one.end())
    await moving.end()
    jumps += moving.count
  }
  endFaults()
  weather.end()
  tell('the last things settle')
  await emulator.settled()
  await emulator.clock.advance(HOUR_MS)
  await emulator.settled()
  await reports.takeMemory()
  tell('both sides are compared')
  view.freeze()
  const checks = [
    ...(await checkConversations(everybody, emulator.botpress.settings)),
    ...checkEnd({ desk: view.desk, people: everybody, unlisted: emulator.unlisted }),
    ...checkPressure({
      ...pressureOf(counting.figures),
      percent: options.faults,
      doubled: weather.doubled,
      expirations: weather.expirations,
    }),
    checkMemory([...reports.figures.values()].map(({ memory }) => memoryGrowth(memory))),
  ]
  counting.end()
  scene.arrivals.end()
  return {
    provider: provider.name,
    tally,
    calls: counting.figures,
    instances: [...reports.figures.values()],
    talkMs,
    totalMs: performance.now() - startedAt,
    jumps,
    expirations: weather.expirations,
    doubled: weather.doubled,
    emulatorPeakBytes: process.resourceUsage().maxRSS * 1024,
    checks,
  }
}

function pressureOf(figures: CallFigures): { calls: number; faults: number } {
  const { vendor, botpress } = allCalls(figures)
  return { calls: vendor + botpress, faults: [...figures.faults.values()].reduce((sum, count) => sum + count, 0) }
}

/** One who fails does not keep the others from going on. */
async function all(people: readonly Conversation[], run: (one: Conversation) => Promise<void>): Promise<void> {
  await Promise.all(
    people.map(async (one) => {
      if (one.problems.length > 0) return
      await run(one).catch((error: unknown) =>
        one.problems.push(error instanceof Error ? error.message : String(error))
      )
    })
  )
}
