import type { SandboxProvider } from '@hitl/sandbox/providers'
import { captureConsole } from '@hitl/sandbox/process-patches'
import type { QuickTime } from '../quick-time'
import type { CallCounts, Cause, Run } from './causes'
import { type Finding, judge, type Verdict, verdicts } from './judge'
import { leaks } from './leaks'
import { FAULT, Scene, STEP } from './scene'
import type { Step } from './steps'

export type RunResult = {
  verdict: Verdict
  /** Why it is not `once`, in words. */
  notes: readonly string[]
  /** What logs and answers gave away. */
  leaks: readonly string[]
  /** Whether the fault has happened at all. */
  hit: boolean
}

type Played = { provider: SandboxProvider; step: Step; cause: Cause; run: Run }

/** Plays one step under one fault, then lets life go on, and finds out what both sides hold in the end. */
export async function playRun(played: Played, time: QuickTime, speed: number): Promise<RunResult> {
  const { provider, step, cause, run } = played
  const console = captureConsole()
  const scene = await Scene.open(provider, time)
  try {
    await scene.talk(scene.bob, scene.ben)
    await step.before(scene)
    // Only here somebody waits, for calls to be repeated or to be given up.
    time.speed(speed)
    const said = await playStep(scene, step, run)
    time.speed(1)
    await relieve(scene)
    await scene.aftermath()
    if (step.isStart) scene.forgetLeftovers()
    // Of a step that was done before its instance was killed nobody but Botpress's log says that it failed.
    const failure = cause.isKilling === true && step.isDone(scene) ? undefined : said
    const findings = await goOn(scene, step, failure !== undefined)
    findings.push(...(await judge(scene, run.ordered ?? true)))
    const { faults } = scene.emulator
    const unlisted = scene.unlisted()
    if (unlisted.length > 0) throw new Error(`Calls to unlisted routes: ${unlisted.join(', ')}`)
    const worst = findings
      .map(({ verdict }) => verdict)
      .toSorted((a, b) => verdicts.indexOf(b) - verdicts.indexOf(a))[0]
    return {
      verdict: worst ?? (failure === undefined ? 'once' : 'failed'),
      notes: [
        ...new Set([...(failure === undefined ? [] : [`failed: ${failure}`]), ...findings.map(({ what }) => what)]),
      ],
      leaks: leaks(scene, console.text()),
      hit: cause.needsCall !== true || faults.taken(FAULT) > 0,
    }
  } finally {
    await scene.stage.close()
    console.restore()
  }
}

/** Returns how the step failed, as whoever waits for it hears it. */
async function playStep(scene: Scene, step: Step, run: Run): Promise<string | undefined> {
  let thrown: string | undefined
  const act = () =>
    scene.step(async () => {
      try {
        await step.act(scene)
      } catch (error) {
        thrown = error instanceof Error ? error.message : String(error)
      }
    })
  await run.play(scene, act, step)
  await scene.settled()
  return thrown ?? step.failure?.(scene)
}

async function relieve({ emulator, stage, desk, fleet }: Scene): Promise<void> {
  emulator.faults.remove(FAULT)
  emulator.deliveries.mode(stage.provider.name, {})
  desk.answerAfterWebhooks(false)
  fleet.single()
}

/** Whoever met a failure tries again, then everybody talks a little more and says goodbye. */
async function goOn(scene: Scene, step: Step, hasFailed: boolean): Promise<Finding[]> {
  const findings: Finding[] = []
  const attempt = async (what: string, act: () => Promise<unknown>) => {
    try {
      await act()
    } catch (error) {
      findings.push({ verdict: 'stuck', what: `${what}: ${error instanceof Error ? error.message : String(error)}` })
    }
  }
  const chats = scene.ana.threads.length
  if (hasFailed) await attempt('the second try', () => step.again(scene))
  await scene.pass(10_000)
  if (step.isStart) scene.forgetLeftovers()
  if (!hasFailed && chats > scene.escalations) findings.push({ verdict: 'doubled', what: 'a chat for one hand-over' })
  if (!step.isDone(scene)) findings.push({ verdict: 'lost', what: `${step.title}: nothing came of it` })
  await attempt('afterwards', () => farewell(scene))
  await scene.pass(10_000)
  return findings
}

async function farewell(scene: Scene): Promise<void> {
  const { ana, bob } = scene
  const isNew = !ana.user.hitlActive
  if (isNew) {
    await scene.chat(ana)
    await scene.escalate(ana)
  }
  if (ana.thread.agents.length === 0) await scene.join(ana, scene.anna)
  await scene.grown()
  await scene.exchange(ana, 'later')
  await scene.exchange(bob, 'later')
  if (isNew) await ana.user.end()
  else await scene.close(ana, scene.inCharge(ana))
  await scene.close(bob, scene.inCharge(bob))
}

/** How many calls the step makes while nothing goes wrong. */
export async function countStepCalls(provider: SandboxProvider, step: Step, time: QuickTime): Promise<CallCounts> {
  const console = captureConsole()
  const scene = await Scene.open(provider, time)
  try {
    await scene.talk(scene.bob, scene.ben)
    await step.before(scene)
    await scene.step(() => step.act(scene))
    await scene.settled()
    const calls = scene.emulator.journal.entries.filter(({ trace }) => trace?.step === STEP)
    return {
      vendor: calls.filter(({ kind, provider: name }) => kind === 'vendor' && name !== undefined).length,
      botpress: calls.filter(({ kind, label }) => kind === 'botpress' && label.includes('/v1/')).length,
    }
  } finally {
    await scene.stage.close()
    console.restore()
  }
}
