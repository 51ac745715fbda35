import type { Desk } from '@hitl/sandbox/desk'
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
import { type PlayedRound, playRound } from './play-round'
import { randomFrom } from './random'
import type { Scene } from './scene'
import { Slots } from './slots'
import { newTally, type Tally } from './tally'
import { startWeather } from './weather'

export type LoadRun = {
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
const SLOTS = 16
/** For each conversation. */
const SPREAD_MS = 20
const LAST_ATTEMPTS_MS = 3_600_000

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
  open: OpenStage,
  reports: InstanceReports,
  options: LoadOptions,
  told: (progress: Progress) => void
): Promise<LoadRun> {
  const startedAt = performance.now()
  const { emulator } = open.stage
  emulator.journal.keepLatest(JOURNAL_ENTRIES)
  const counting = countCalls(emulator.journal, open.desk)
  const view = freezable(open.desk)
  const scene = sceneOf(open, options)
  const { tally } = scene
  const messagesEach = Math.max(1, Math.round(options.messages / options.conversations / 2))
  const total = messagesEach * 2 * options.conversations * options.rounds
  const trouble = startTrouble(open, options)
  const everybody: Conversation[] = []
  const played: PlayedRound[] = []
  for (let round = 1; round <= options.rounds; round += 1) {
    const people = peopleOf(round, options, (name) => new Conversation(scene, name, options.seed, view.desk))
    everybody.push(...people)
    const inRound = options.rounds > 1 ? ` (round ${round})` : ''
    const tell = (phase: string) => told({ phase: `${phase}${inRound}`, tally, total })
    played.push(await playRound({ scene, emulator, reports, people, messagesEach, tell }))
  }
  const { doubled, expirations } = trouble.end()
  told({ phase: 'the last things settle', tally, total })
  await settle(emulator)
  await reports.takeMemory()
  told({ phase: 'both sides are compared', tally, total })
  view.freeze()
  const measured = {
    tally,
    calls: counting.figures,
    instances: [...reports.figures.values()],
    talkMs: played.reduce((sum, { talkMs }) => sum + talkMs, 0),
    jumps: played.reduce((sum, { jumps }) => sum + jumps, 0),
    expirations,
    doubled,
    emulatorPeakBytes: process.resourceUsage().maxRSS * 1024,
  }
  const checks = await checksOf(measured, everybody, view.desk, options, emulator)
  return { ...measured, totalMs: performance.now() - startedAt, checks }
}

async function checksOf(
  { calls, doubled, expirations, instances }: Pick<LoadRun, 'calls' | 'doubled' | 'expirations' | 'instances'>,
  people: readonly Conversation[],
  desk: Desk,
  { faults: percent }: LoadOptions,
  { botpress, unlisted }: OpenStage['stage']['emulator']
): Promise<LoadCheck[]> {
  return [
    ...(await checkConversations(people, calls.lostEvents, botpress.settings)),
    ...checkEnd({ desk, people, unlisted }),
    ...checkPressure({ ...pressureOf(calls), percent, doubled, expirations }),
    checkMemory(instances.map(({ memory }) => memoryGrowth(memory))),
  ]
}

function sceneOf({ stage: { emulator, installation }, desk }: OpenStage, { conversations }: LoadOptions): Scene {
  return {
    emulator,
    installation,
    desk,
    spreadMs: conversations * SPREAD_MS,
    gate: new Gate(),
    slots: new Slots(SLOTS),
    arrivals: new Arrivals(emulator.journal),
    tally: newTally(),
  }
}

type Trouble = { end(): Pick<LoadRun, 'doubled' | 'expirations'> }

function startTrouble({ stage, desk }: OpenStage, { faults, seed }: LoadOptions): Trouble {
  const { emulator } = stage
  const provider = stage.provider.name
  const random = randomFrom(seed, 'faults')
  const { refusals, calls } = desk
  const shower = { emulator, provider, refusals, tokenCall: calls.token, percent: faults, random }
  const endFaults = startFaultShower(shower)
  const weather = startWeather({ emulator, provider, desk, random: randomFrom(seed, 'weather') })
  return {
    end: () => {
      endFaults()
      weather.end()
      return weather
    },
  }
}

const peopleOf = (round: number, { conversations }: LoadOptions, named: (name: string) => Conversation) =>
  Array.from({ length: conversations }, (_, index) => named(`User ${round} ${String(index + 1).padStart(3, '0')}`))

/** Whatever a provider puts off comes again within hours. */
async function settle({ settled, clock }: OpenStage['stage']['emulator']): Promise<void> {
  await settled()
  await clock.advance(LAST_ATTEMPTS_MS)
  await settled()
}

function pressureOf(figures: CallFigures): { calls: number; faults: number } {
  const { vendor, botpress } = allCalls(figures)
  return { calls: vendor + botpress, faults: [...figures.faults.values()].reduce((sum, count) => sum + count, 0) }
}
