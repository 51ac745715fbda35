import type { FaultRule } from '@hitl/emulator'
import type { Desk } from '@hitl/sandbox/desk'
import { FAULT, type Scene, STEP } from './scene'
import type { Step } from './steps'

/** How many calls the step makes while nothing goes wrong. */
export type CallCounts = { vendor: number; botpress: number }

/** One way to bring a fault about. */
export type Run = {
  /** Which call it hits, for whoever reads of it. */
  label: string
  /** False when messages may overtake one another. */
  ordered?: boolean
  /** Plays the step, in `act`, while the fault is on. */
  play(scene: Scene, act: () => Promise<void>, step: Step): Promise<void>
}

export type Cause = {
  name: string
  title: string
  /** Nobody of ours is there to say that the step failed: whoever waits hears it from Botpress. */
  isKilling?: boolean
  /** Hits a call; a run in which that call is not made proves nothing. */
  needsCall?: boolean
  /** Empty where the fault cannot happen in this step. */
  runs(calls: CallCounts, step: Step): readonly Run[]
}

type Fault = FaultRule['fault']
type Refusals = Desk['refusals']

const ALWAYS = Number.POSITIVE_INFINITY
/** Longer than a call and any step may take, in ms. */
const TOO_SLOW_MS = 70_000
const LATE_MS = 180_000

/** The fault hits each call of the step in turn, one in each run, and in one run all of them. */
function hitting(
  kind: keyof CallCounts,
  name: string,
  title: string,
  fault: (scene: Scene) => Fault,
  options: { isKilling?: boolean } = {}
): Cause {
  const run = (label: string, hits: Pick<FaultRule, 'skip' | 'times'>): Run => ({
    label,
    async play(scene, act) {
      const target = kind === 'botpress' ? 'botpress' : scene.stage.provider.name
      scene.emulator.faults.add({ target, step: STEP, name: FAULT, fault: fault(scene), ...hits })
      await act()
    },
  })
  return {
    name,
    title,
    needsCall: true,
    ...options,
    runs: (calls) => {
      const each = Array.from({ length: calls[kind] }, (_, skip) => run(`call ${skip + 1}`, { skip }))
      const isMany = calls[kind] > 0 && options.isKilling !== true
      return isMany ? [...each, run('every call', { times: ALWAYS })] : each
    },
  }
}

const status =
  (status: number, refusal: keyof Refusals, headers?: Record<string, string>) =>
  ({ desk }: Scene): Fault => ({
    kind: 'status',
    status,
    body: desk.refusals[refusal],
    ...(headers ? { headers } : {}),
  })

const PAGE = '<!doctype html><html><head><title>Maintenance</title></head><body>We will be back soon.</body></html>'

const vendorCauses: readonly Cause[] = [
  hitting('vendor', 'vendor-401', '401', status(401, 'unauthorized')),
  hitting('vendor', 'vendor-403', '403', status(403, 'forbidden')),
  hitting('vendor', 'vendor-404', '404', status(404, 'missing')),
  hitting('vendor', 'vendor-409', '409', status(409, 'conflict')),
  hitting('vendor', 'vendor-429-wait', '429 with Retry-After', status(429, 'tooMany', { 'retry-after': '1' })),
  hitting('vendor', 'vendor-429', '429 without', status(429, 'tooMany')),
  hitting('vendor', 'vendor-500', '500', status(500, 'internal')),
  hitting('vendor', 'vendor-503', '503', status(503, 'internal')),
  hitting('vendor', 'vendor-slow', 'slower than the deadline', () => ({ kind: 'slow', ms: TOO_SLOW_MS })),
  hitting('vendor', 'vendor-drop-before', 'dropped before it acted', () => ({ kind: 'drop', when: 'before' })),
  hitting('vendor', 'vendor-drop-after', 'dropped after it acted', () => ({ kind: 'drop', when: 'after' })),
  hitting('vendor', 'vendor-cut', 'body cut off', () => ({ kind: 'cut' })),
  hitting('vendor', 'vendor-html', 'a page instead of JSON', () => ({
    kind: 'status',
    status: 200,
    body: PAGE,
    headers: { 'content-type': 'text/html' },
  })),
]

const botpressError = (status: number, type: string): Fault => ({
  kind: 'status',
  status,
  body: { id: 'err_20260101000000x00000000', code: status, type, message: 'Injected' },
})

const botpressCauses: readonly Cause[] = [
  hitting('botpress', 'botpress-429', '429', () => botpressError(429, 'RateLimited')),
  hitting('botpress', 'botpress-500', '500', () => botpressError(500, 'Internal')),
  hitting('botpress', 'botpress-502', '502', () => ({ kind: 'status', status: 502, body: 'Bad Gateway' })),
  hitting('botpress', 'botpress-drop-before', 'dropped before it acted', () => ({ kind: 'drop', when: 'before' })),
  hitting('botpress', 'botpress-drop-after', 'dropped after it acted', () => ({ kind: 'drop', when: 'after' })),
]

const killedAt = (kind: keyof CallCounts, when: 'before' | 'after'): Cause =>
  hitting(
    kind,
    `killed-${when}-${kind}`,
    `${when} a call to ${kind === 'vendor' ? 'the provider' : 'Botpress'} has acted`,
    ({ fleet }) => ({ kind: 'call', when, run: () => fleet.kill() }),
    { isKilling: true }
  )

const killedAtCall = (['vendor', 'botpress'] as const).flatMap((kind) =>
  (['before', 'after'] as const).map((when) => killedAt(kind, when))
)

const once = (name: string, title: string, run: Omit<Run, 'label'>, isPossible = (_step: Step) => true): Cause => ({
  name,
  title,
  runs: (_calls, step) => (isPossible(step) ? [{ label: 'once', ...run }] : []),
})

const webhooks = ({ emulator, stage }: Scene, mode: Parameters<Scene['emulator']['deliveries']['mode']>[1]) =>
  emulator.deliveries.mode(stage.provider.name, mode)

const webhookCauses: readonly Cause[] = [
  once('webhook-twice', 'twice at once', {
    async play(scene, act) {
      webhooks(scene, { duplicate: 'concurrent' })
      await act()
    },
  }),
  once(
    'webhook-reordered',
    'in reverse order',
    {
      ordered: false,
      async play(scene, act, { beside }) {
        webhooks(scene, { hold: true })
        if (beside?.when === 'before') beside.act(scene)
        await act()
        if (beside?.when === 'after') beside.act(scene)
        await scene.settled()
        await scene.emulator.deliveries.release()
      },
    },
    ({ beside }) => beside !== undefined
  ),
  once('webhook-early', 'before the answer to the call that caused them', {
    async play(scene, act) {
      scene.desk.answerAfterWebhooks(true)
      await act()
    },
  }),
  once('webhook-late', 'three minutes late', {
    ordered: false,
    async play(scene, act, { goesOn }) {
      webhooks(scene, { hold: true })
      await act()
      await scene.settled()
      webhooks(scene, {})
      await scene.pass(LATE_MS)
      if (goesOn) await scene.exchange(scene.ana, 'meanwhile')
      await scene.emulator.deliveries.release()
    },
  }),
]

const instanceCauses: readonly Cause[] = [
  ...killedAtCall,
  once('two-instances', 'two instances are given the same step at once', {
    async play(scene, act) {
      scene.fleet.double()
      await act()
    },
  }),
]

/** Everything that goes wrong, in groups. */
export const groups: readonly { title: string; causes: readonly Cause[] }[] = [
  { title: 'the provider’s API', causes: vendorCauses },
  { title: 'Botpress', causes: botpressCauses },
  { title: 'webhooks', causes: webhookCauses },
  { title: 'instances', causes: instanceCauses },
]

export const causes: readonly Cause[] = groups.flatMap(({ causes }) => causes)
