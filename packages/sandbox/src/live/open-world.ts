import { traced } from '@hitl/emulator'
import type { SandboxProvider } from '../providers/index'
import { answerTo, asksForHuman } from './bot'
import { hideSecrets } from './save-settings'
import type { Saved } from './saved-live'
import { Steps } from './steps'
import { Temperatures } from './temperatures'
import { Uploads } from './uploads'
import { addUser } from './user-actions'
import { type LiveWorld, misdeliver } from './world'

/** A provider ready to be played, from the beginning or where it was saved. @throws SavedStateError */
export async function openWorld(provider: SandboxProvider, saved?: Saved): Promise<LiveWorld> {
  const steps = new Steps(provider.name, saved?.live.steps)
  const { stage, desk, step } = await openStage(provider, steps, saved)
  const { botpress, journal } = stage.emulator
  botpress.settings.reply = (text) => (asksForHuman(text) ? undefined : answerTo(text))
  const world: LiveWorld = {
    provider,
    stage,
    desk,
    steps,
    temperatures: new Temperatures(saved?.live.startTimes),
    uploads: new Uploads(),
    failures: [...(saved?.live.failures ?? [])],
    faultsOn: new Set(saved?.live.faultsOn),
    faultScope: saved?.live.faultScope ?? 'first',
    restarts: 0,
    restarting: undefined,
    secrets: new Set([...desk.secrets, ...(saved?.live.secrets ?? [])]),
    changed: () => undefined,
  }
  steps.tokenCall = desk.calls.token
  if (!saved) for (const entry of journal.entries) steps.record(entry)
  hideSecrets(world, stage.installation.configuration)
  misdeliver(world)
  if (world.faultsOn.has('before-the-answer')) desk.joinAtOnce(true)
  if (step !== undefined) steps.end(step)
  if (botpress.endUsers.length === 0) addUser(world, 'Ana', 'ana@example.com')
  return world
}

/** The registration is over before anything else can begin, so its step begins before the stage is there. */
async function openStage(provider: SandboxProvider, steps: Steps, saved: Saved | undefined) {
  const options = { instances: 'process', evenIfRefused: true } as const
  if (saved) return { ...(await provider.open({ ...options, saved: saved.emulator })), step: undefined }
  const plan = {
    title: 'The integration is installed and registers',
    users: [],
    faults: [],
    name: 'register',
    temperature: 'warm',
  } as const
  const step = steps.begin(plan, Date.now())
  return { ...(await traced({ step }, () => provider.open(options))), step }
}
