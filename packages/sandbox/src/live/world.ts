import { ActionError, type EndUser, traced } from '@hitl/emulator'
import type { DeskChat, FaultScope } from '@hitl/sandbox-page/protocol'
import type { StepName } from '../budgets'
import type { OpenStage, SandboxProvider } from '../providers/index'
import { faultTitles, type LiveFaultName, rulesFor } from './faults'
import type { Steps } from './steps'
import type { Temperatures } from './temperatures'
import type { Uploads } from './uploads'
import { conversationIds, type Failure } from './user-view'

/** One provider while it is played: the stage with everything that the page knows besides. */
export type LiveWorld = {
  readonly provider: SandboxProvider
  readonly stage: OpenStage['stage']
  readonly desk: OpenStage['desk']
  readonly steps: Steps
  readonly temperatures: Temperatures
  readonly uploads: Uploads
  readonly failures: Failure[]
  readonly faultsOn: Set<LiveFaultName>
  faultScope: FaultScope
  restarts: number
  /** Set while the instance is being replaced. */
  restarting: Promise<void> | undefined
  /** Whatever must not be shown, beginning with what the emulated account has. */
  readonly secrets: Set<string>
  /** Tells the page that something may look different. */
  changed(): void
}

/** What was asked for cannot be done; the message is a sentence for whoever asked. */
export class RefusedError extends Error {}

export function userOf(world: LiveWorld, id: string): EndUser {
  const user = world.stage.emulator.botpress.endUsers.find((one) => one.id === id)
  if (!user) throw new RefusedError('This user is gone; the sandbox was started over.')
  return user
}

export function chatOf(world: LiveWorld, key: string): DeskChat {
  const chat = world.desk.chats().find((one) => one.key === key)
  if (!chat) throw new RefusedError('This chat is gone; the sandbox was started over.')
  return chat
}

/** The end users behind a chat: the core keeps the key of the thread as a tag of the conversation. */
export function usersOfChat({ stage: { emulator } }: LiveWorld, { key, contact }: DeskChat): readonly string[] {
  const { botpress } = emulator
  const isThis = (threadKey: string | undefined) => threadKey === key || threadKey?.endsWith(`/${key}`) === true
  const linked = botpress.endUsers.filter((user) =>
    conversationIds(user, botpress).some((id) => isThis(botpress.store.conversations.get(id)?.tags[THREAD_TAG]))
  )
  // While the start of the session is at work, only the contact tells.
  const isContact = ({ email }: EndUser) => email !== undefined && email === contact.email
  return (linked.length > 0 ? linked : botpress.endUsers.filter(isContact)).map(({ id }) => id)
}

const THREAD_TAG = 'threadKey'

export type Doing = {
  title: string
  users?: readonly string[]
  name?: StepName
  /** Whether a session is to be opened, for the faults that aim at that call. */
  opens?: boolean
  /** Time passes by itself: what is armed for the steps of people is not armed for it. */
  isTime?: boolean
  /** Whose side of the session it serves, where no row of the table says so. */
  by?: 'user' | 'agent'
  /** Why the budget of `name` does not apply this time. */
  unbudgeted?: string
}

/**
 * Does something as one step: faults are set up before, and every call that follows belongs to it. Resolves when it was
 * done; what follows from it may still be under way.
 */
export async function asStep<T>(world: LiveWorld, doing: Doing, act: (step: string) => Promise<T> | T): Promise<T> {
  await prepare(world, doing)
  const { steps, temperatures, stage, changed } = world
  const at = stage.emulator.clock.now()
  const { title, users = [], name, unbudgeted } = doing
  const temperature = name && temperatures.of(users[0], name, at)
  if (!name && doing.by) temperatures.served(users[0], doing.by)
  const plan = {
    unbudgeted,
    title,
    users,
    faults: faultTitles(world.faultsOn),
    temperature,
    ...(name ? { name } : {}),
  }
  const step = steps.begin(plan, at)
  if (!doing.isTime) arm(world, step, doing)
  changed()
  const ended = (error?: string) => {
    steps.end(step, error)
    changed()
  }
  try {
    const result = await traced({ step }, () => act(step))
    void stage.emulator.settled().then(() => ended())
    return result
  } catch (error) {
    ended(sentenceOf(error))
    throw error
  }
}

async function prepare(world: LiveWorld, { isTime = false }: Doing): Promise<void> {
  const { desk, faultsOn, stage } = world
  await world.restarting
  if (isTime) return
  if (faultsOn.has('instance-killed')) await stage.emulator.settled()
  if (hasDied(world) || faultsOn.has('instance-killed')) await restart(world)
  if (faultsOn.has('token-expired')) desk.expireTokens()
}

/** Faults hit the calls of their step only, so that two people at once do not take each other's. */
function arm({ desk, faultsOn, faultScope: scope, provider, stage }: LiveWorld, id: string, { opens = false }: Doing) {
  for (const rule of rulesFor(faultsOn, { id, desk, provider: provider.name, scope, opens })) {
    stage.emulator.faults.add(rule)
  }
}

/** By itself, or by somebody outside. */
export const hasDied = ({ stage }: LiveWorld): boolean => stage.instances.some((instance) => !instance.isRunning())

/** Kills the process at once, in the middle of whatever it does, and starts a fresh one. */
export function restart(world: LiveWorld): Promise<void> {
  world.restarting ??= replace(world).finally(() => {
    world.restarting = undefined
    world.changed()
  })
  world.changed()
  return world.restarting
}

async function replace(world: LiveWorld): Promise<void> {
  await Promise.all(world.stage.instances.map((instance) => instance.kill()))
  world.restarts += 1
  world.temperatures.restarted()
  await world.stage.restart()
}

/** How webhooks misbehave, as switched on. */
export function misdeliver({ faultsOn, provider, stage }: LiveWorld): void {
  stage.emulator.deliveries.mode(provider.name, {
    ...(faultsOn.has('webhook-twice') ? { duplicate: 'concurrent' as const } : {}),
    ...(faultsOn.has('webhook-reordered') ? { hold: true } : {}),
  })
}

/** Errors are told to people; those of the integration are its own words. */
export function sentenceOf(error: unknown): string {
  if (error instanceof ActionError) return error.message
  return error instanceof Error ? error.message : String(error)
}
