import { setTimeout as sleep } from 'node:timers/promises'
import type { Invoke, JournalEntry } from '@hitl/emulator'
import type { SandboxProvider } from '../providers/index'
import { answerInstantly, type InstantAnswer } from './instant-network'
import { median, quantile } from './statistics'

export type HandlingRow = {
  what: string
  /** Calls each repetition makes, answered in memory. */
  calls: number
  medianMs: number
  p95Ms: number
  repetitions: number
}

type Request = Parameters<Invoke>[0]
type Recording = {
  invoke: Invoke
  webhook: Request
  unauthentic: Request
  message: Request
  answers: Map<string, InstantAnswer>
}

const WARM_UP = 100
const REPETITIONS = 400
const YOUNG_SESSION_MS = 4_600

/**
 * Time from an invocation to its answer, in this process, in the middle of a session, with a network that answers at
 * once: our code, the SDK around it and the HTTP client below it.
 */
export async function measureHandling(provider: SandboxProvider): Promise<HandlingRow[]> {
  const { invoke, webhook, unauthentic, message, answers } = await record(provider)
  let calls = 0
  const unknown: InstantAnswer = { status: 404, body: { type: 'ResourceNotFound', message: 'Unknown', code: 404 } }
  const undo = answerInstantly((request) => {
    calls += 1
    return answers.get(request) ?? unknown
  })
  const measure = async (what: string, request: Request, expected: number): Promise<HandlingRow> => {
    const times: number[] = []
    for (let i = 0; i < WARM_UP + REPETITIONS; i += 1) {
      if (i === WARM_UP) calls = 0
      const { headers, body } = renumbered(request, i)
      const startedAt = performance.now()
      const answer = await invoke({ headers, body })
      if (i >= WARM_UP) times.push(performance.now() - startedAt)
      if (answer.status !== expected) throw new Error(`${what} was answered ${answer.status}: ${answer.body}`)
    }
    return {
      what,
      calls: calls / REPETITIONS,
      medianMs: median(times),
      p95Ms: quantile(times, 0.95),
      repetitions: REPETITIONS,
    }
  }
  try {
    return [
      await measure('webhook with a message of an agent', webhook, 200),
      await measure('webhook that is not authentic', unauthentic, 401),
      await measure('message of the user', message, 200),
    ]
  } finally {
    undo()
  }
}

/** Plays a session once and keeps the invocations and the answers to every call of it. */
async function record(provider: SandboxProvider): Promise<Recording> {
  const { stage, desk } = await provider.open({ instances: 'module' })
  const { installation, emulator } = stage
  const requests = new Map<string, Request>()
  const invoke = installation.nextInstance('any')
  installation.run((request) => {
    requests.set(request.headers['x-bp-operation'] ?? '', request)
    return invoke(request)
  })
  try {
    const user = emulator.botpress.endUser({ name: 'Ana', email: 'ana@example.com', installation })
    const [anna] = desk.agents
    await user.say('Hello')
    await user.escalate({ title: 'Help' })
    const thread = desk.threads().at(-1)
    if (!thread) throw new Error('No thread was opened')
    desk.join(thread, anna)
    await emulator.settled()
    await sleep(YOUNG_SESSION_MS)
    await user.say(PLACEHOLDER)
    desk.write(thread, anna, PLACEHOLDER)
    await emulator.settled()
    const webhook = requests.get('webhook_received')
    const message = requests.get('message_created')
    if (!webhook || !message) throw new Error('A step of the session was not invoked')
    const unauthentic = { ...webhook, body: desk.spoil(webhook.body) }
    if (unauthentic.body === webhook.body) throw new Error('The webhook could not be spoilt')
    return { invoke, webhook, unauthentic, message, answers: answersOf(emulator.journal.entries) }
  } finally {
    await stage.close()
  }
}

const PLACEHOLDER = 'How are you?'

function answersOf(entries: readonly JournalEntry[]): Map<string, InstantAnswer> {
  const calls = entries.filter(({ kind }) => kind === 'vendor' || kind === 'botpress')
  return new Map(
    calls.map(({ label, provider, status = 200, response = {} }) => {
      const request =
        provider !== undefined && label.startsWith(`${provider} `) ? label.slice(provider.length + 1) : label
      return [request, { status, body: response }]
    })
  )
}

/** Another message of the user each time: it must not be taken for a repetition. Webhooks make no such difference. */
const renumbered = ({ headers, body }: Request, index: number): Request => ({
  headers,
  body: body.replaceAll(/msg_\w{20,}/g, (id) => `${id}${index}`),
})
