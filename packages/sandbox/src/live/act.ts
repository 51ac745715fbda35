import type { Action, ActionAnswer } from '@hitl/sandbox-page/protocol'
import { agentActs, missChat } from './agent-actions'
import { isFaultName } from './faults'
import { saveOwnSettings, saveSettings } from './save-settings'
import { addUser, asksForHumanByButton, userSays } from './user-actions'
import { asStep, type LiveWorld, misdeliver, RefusedError, restart } from './world'

/** Does what somebody at the page asked for. @throws RefusedError or the desk's own error, each a sentence */
export async function act(world: LiveWorld, action: Exclude<Action, { type: 'startOver' }>): Promise<ActionAnswer> {
  switch (action.type) {
    case 'addUser':
      return { user: addUser(world, action.name, action.email).id }
    case 'userSays':
      return done(userSays(world, action))
    case 'userAsksForHuman':
      return done(asksForHumanByButton(world, action))
    case 'agentTakes':
    case 'agentWrites':
    case 'agentNotes':
    case 'agentSendsFile':
    case 'agentTransfers':
    case 'agentCloses':
      return done(agentActs(world, action))
    case 'chatIsMissed':
      return done(missChat(world, action.chat))
    case 'saveSettings':
      return { problems: await saveSettings(world, action.values) }
    case 'useOwnSettings':
      return { problems: await saveOwnSettings(world) }
    case 'setAssignmentTimeout':
      world.stage.emulator.botpress.settings.agentAssignedTimeoutSeconds = action.seconds
      return {}
    case 'setFault':
      return done(setFault(world, action))
    case 'setFaultScope':
      world.faultScope = action.scope
      world.stage.emulator.faults.clear()
      return {}
    case 'releaseWebhooks':
      return done(releaseWebhooks(world))
    case 'killInstance':
      return done(restart(world))
    case 'moveClock':
      return done(moveClock(world, action.ms))
    default:
      return action satisfies never
  }
}

async function done(work: Promise<unknown>): Promise<ActionAnswer> {
  await work
  return {}
}

async function setFault(world: LiveWorld, { name, on }: Extract<Action, { type: 'setFault' }>): Promise<void> {
  if (!isFaultName(name)) throw new RefusedError(`There is no fault ${name}.`)
  if (on) world.faultsOn.add(name)
  else world.faultsOn.delete(name)
  if (!on) world.stage.emulator.faults.remove(name)
  if (name === 'before-the-answer') world.desk.joinAtOnce(on)
  if (name === 'webhook-reordered' && !on) await releaseWebhooks(world)
  misdeliver(world)
}

async function releaseWebhooks(world: LiveWorld): Promise<void> {
  await world.stage.emulator.deliveries.release(world.provider.name)
  // Releasing ends the holding as well; what is switched on stays on.
  misdeliver(world)
}

async function moveClock(world: LiveWorld, ms: number): Promise<void> {
  const { clock, settled } = world.stage.emulator
  await asStep(world, { title: `The clock is moved by ${inWords(ms)}`, isTime: true }, async () => {
    // What is at work measures its deadline by the same clock.
    await settled()
    await clock.advance(ms)
  })
}

const UNITS = [
  [86_400_000, 'day'],
  [3_600_000, 'hour'],
  [60_000, 'minute'],
  [1_000, 'second'],
] as const

function inWords(ms: number): string {
  const [size, unit] = UNITS.find(([size]) => ms % size === 0) ?? [1, 'millisecond']
  const count = ms / size
  return `${count} ${unit}${count === 1 ? '' : 's'}`
}
