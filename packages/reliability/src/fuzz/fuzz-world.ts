import type { Invoke, InvokeAnswer } from '@hitl/emulator'
import { connectInMemory, type MemoryCall } from '@hitl/sandbox/memory-network'
import { captureConsole, shiftTime } from '@hitl/sandbox/process-patches'
import type { OpenStage, SandboxProvider } from '@hitl/sandbox/providers'
import { openSessions, webhookHeaders } from './live-sessions'
import type { ForwardedRequest, Makings } from './make-request'
import { recordingsOf } from './recordings'

export type Exchange = {
  /** Undefined when none came in time. */
  answer: InvokeAnswer | undefined
  /** What the integration asked of Botpress and of the provider. */
  calls: readonly MemoryCall[]
  ms: number
}

export type FuzzWorld = Makings & {
  /** What must not be seen in any answer or log. */
  secrets: readonly string[]
  /** One request as Botpress forwards it. What it did to Botpress is undone before the next one. */
  send(request: ForwardedRequest, times: number): Promise<readonly Exchange[]>
  /** What was logged since this was asked before. */
  takeLogs(): string
  close(): Promise<void>
}

export type WorldOptions = {
  /** `young`: the sessions stay in their first seconds, in which all that happens is scheduled. */
  age: 'young' | 'settled'
  /** What takes the place of the bundle, in tests. */
  instance?: (bundle: Invoke) => Invoke
  /**
   * How long an integration may neither answer nor ask anybody, in ms; by default longer than every wait of one for
   * somebody.
   */
  hangMs?: number
}

const HANG_MS = 30_000

/** Past the time in which a session counts as young, whatever the provider. */
const SETTLED_AFTER_MS = 60_000

/** The built bundle, with sessions under way, between emulators that answer in memory. */
export async function openFuzzWorld(provider: SandboxProvider, options: WorldOptions): Promise<FuzzWorld> {
  const console = captureConsole()
  const time = shiftTime()
  const calls: MemoryCall[] = []
  const restore = () => {
    time.restore()
    console.restore()
  }
  try {
    const opened = await provider.open({
      instances: 'module',
      network: (emulator) => connectInMemory(emulator, (call) => void calls.push(call)),
    })
    const sessions = await openSessions(opened)
    if (options.age === 'settled') time.shift(SETTLED_AFTER_MS)
    // Deadlines do not pass either; how long a request takes is measured by another clock.
    time.stop()
    const { stage, desk } = opened
    await stage.emulator.clock.advance(0)
    await stage.emulator.settled()
    return {
      recordings: recordingsOf(provider.name),
      sessions,
      hand: desk.webhooks,
      webhookUrl: stage.installation.webhookUrl,
      secrets: [...desk.secrets, stage.emulator.botpress.token],
      send: await sender(opened, calls, options),
      takeLogs: () => console.take(),
      async close() {
        await stage.close()
        restore()
      },
    }
  } catch (error) {
    restore()
    throw error
  }
}

async function sender(
  opened: OpenStage,
  calls: MemoryCall[],
  { instance, hangMs = HANG_MS }: WorldOptions
): Promise<FuzzWorld['send']> {
  const { emulator, installation } = opened.stage
  const bundle = installation.nextInstance('any')
  const invoke = instance?.(bundle) ?? bundle
  const headers = await webhookHeaders(opened)
  const { store } = emulator.botpress
  const before = store.save()
  const undo = () => {
    // Users stay: instances remember those of agents.
    store.restore({ ...structuredClone(before), users: new Map(store.users) })
    emulator.clock.reset()
    emulator.journal.clear()
  }
  const exchange = async (request: ForwardedRequest): Promise<Exchange> => {
    calls.length = 0
    const body = JSON.stringify({ req: request })
    const startedAt = performance.now()
    const answer = await unlessStuck(invoke({ headers, body }), hangMs, () => calls.length)
    const ms = performance.now() - startedAt
    return { answer, calls: [...calls], ms }
  }
  return async (request, times) => {
    const exchanges: Exchange[] = []
    for (let index = 0; index < times; index += 1) exchanges.push(await exchange(request))
    if (exchanges.some((one) => one.calls.some(isWrite))) undo()
    return exchanges
  }
}

/** Whether a call may change something. */
export const isWrite = ({ method }: MemoryCall): boolean => method !== 'GET' && method !== 'HEAD'

/** Undefined when it does not end, and does not get on either. */
function unlessStuck<T>(work: Promise<T>, stuckMs: number, progress: () => number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined
  let last = progress()
  const stuck = new Promise<undefined>((resolve) => {
    timer = setInterval(() => {
      if (progress() === last) resolve(undefined)
      last = progress()
    }, stuckMs)
  })
  return Promise.race([work, stuck]).finally(() => clearInterval(timer))
}
