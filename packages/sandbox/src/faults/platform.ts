import type { StepName } from '../budgets'
import type { Play } from '../play'
import { type Fault, happened } from './fault'

const BY_AGENT = new Set<StepName | undefined>([
  'agentAssigned',
  'agentChanged',
  'agentMessage',
  'agentMessageUnseen',
  'closed',
])
/** Providers repeat after 10 s to a minute. */
const NEXT_ATTEMPT_MS = 61_000
/** More than the integration repeats by itself. */
const EVERY_CALL = 1_000

/** What Botpress and its machines do to the integration. */
export const platformFaults: readonly Fault[] = [
  {
    name: 'botpress-error',
    about: 'Botpress answers 500 or 429 during each webhook; the provider delivers it again and nothing is missing',
    beforeStep: (step, { emulator }) => {
      if (!BY_AGENT.has(step)) return
      // Botpress's own client waits 6 s before it gives up on a 429, so one of those is enough.
      const status = step === 'closed' ? 429 : 500
      const body = { code: status, type: status === 500 ? 'Internal' : 'RateLimited', message: 'Injected', id: 'err_1' }
      emulator.faults.add({ target: 'botpress', times: EVERY_CALL, fault: { kind: 'status', status, body } })
    },
    afterStep: async (step, { emulator }) => {
      if (!BY_AGENT.has(step)) return
      emulator.faults.clear()
      await emulator.clock.advance(NEXT_ATTEMPT_MS)
      await emulator.settled()
    },
    checks: (play) => [
      happened(play, 'webhooks answered with a request to try again', isPostponed, 5),
      happened(play, 'webhooks accepted at a later attempt', isAcceptedLater, 5),
    ],
  },
  {
    name: 'instance-killed',
    about: 'the process is killed before every step and a fresh one takes over, with an empty memory',
    beforeStep: async (_step, play) => {
      await killAll(play)
      await play.stage.restart()
    },
    checks: (play) => [{ ok: play.steps.length > 10, text: `a fresh instance for each of ${play.steps.length} steps` }],
  },
]

type Entry = Play['emulator']['journal']['entries'][number]
const isPostponed = ({ kind, status }: Entry) => kind === 'webhook' && status === 503
const isAcceptedLater = ({ kind, label, status }: Entry) =>
  kind === 'webhook' && label.includes('(attempt') && status === 200

async function killAll({ stage }: Play): Promise<void> {
  await Promise.all(stage.instances.map((instance) => instance.kill()))
}
