import type { Action, ActionAnswer, Message } from '@hitl/sandbox-page/protocol'
import type { EndUser } from '@hitl/emulator'
import type { DeskAgent } from '../desk'
import { asksForHuman, GREETING, TALK_TO_HUMAN } from './bot'
import { isFaultName } from './faults'
import { toPayload } from './messages'
import { saveOwnSettings, saveSettings } from './save-settings'
import {
  asStep,
  chatOf,
  type LiveWorld,
  misdeliver,
  RefusedError,
  restart,
  sentenceOf,
  userOf,
  usersOfChat,
} from './world'

type ActionOf<T extends Action['type']> = Extract<Action, { type: T }>
type AgentAction = Extract<Action, { chat: string; agent: string }>

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

export function addUser({ stage: { emulator, installation } }: LiveWorld, name: string, email?: string): EndUser {
  const user = emulator.botpress.endUser({ name, installation, ...(email ? { email } : {}) })
  user.botSays(GREETING)
  return user
}

async function userSays(world: LiveWorld, { user: id, message }: ActionOf<'userSays'>): Promise<void> {
  const user = userOf(world, id)
  const { closeCommand } = world.stage.emulator.botpress.settings
  const text = message.type === 'text' ? message.text : undefined
  if (!user.hitlActive && text !== undefined && asksForHuman(text)) return escalate(world, user, { said: text })
  const isEnd = user.hitlActive && text?.trim() === closeCommand
  const what = isEnd ? 'ends the session' : tellMessage(message)
  await forUser(world, user, () =>
    asStep(world, { title: `${user.name} ${what}`, users: [id], ...stepOf(user, message, isEnd) }, () =>
      user.send(toPayload(message))
    )
  )
}

function stepOf(user: EndUser, { type }: Message, isEnd: boolean) {
  if (!user.hitlActive) return {}
  if (isEnd) return { name: 'stopHitl' as const }
  if (type === 'image') return { name: 'userImage' as const }
  return type === 'text' ? { name: 'userText' as const } : { by: 'user' as const }
}

const LONGEST_QUOTE = 60

const quoted = (text: string): string =>
  `“${text.length > LONGEST_QUOTE ? `${text.slice(0, LONGEST_QUOTE)}…` : text}”`.replaceAll('\n', ' ')

function tellMessage(message: Message): string {
  if (message.type === 'text') return `writes ${quoted(message.text)}`
  if (message.type === 'bloc') return `sends ${message.items.map(({ type }) => type).join(' and ')}`
  return `sends ${'title' in message && message.title ? message.title : `a message (${message.type})`}`
}

/** The button says a word for the user, as a choice of the webchat does. */
function asksForHumanByButton(world: LiveWorld, asked: ActionOf<'userAsksForHuman'>): Promise<void> {
  const user = userOf(world, asked.user)
  if (user.hitlActive) throw new RefusedError(`${user.name} is with an agent already.`)
  const description = asked.description || `${user.name} has talked to the bot and asks for a human.`
  return escalate(world, user, { ...asked, description, said: TALK_TO_HUMAN })
}

type Escalation = Pick<ActionOf<'userAsksForHuman'>, 'title' | 'description' | 'options'> & { said: string }

async function escalate(world: LiveWorld, user: EndUser, asked: Escalation): Promise<void> {
  const { emulator } = world.stage
  const title = asked.title || `Help for ${user.name}`
  const description = asked.description || asked.said
  const options = asked.options && Object.keys(asked.options).length > 0 ? { hitlSession: asked.options } : {}
  const isFirst = user.downstreamConversationId === undefined
  const name = isFirst ? ('startHitl' as const) : ('startHitlAgain' as const)
  const doing = {
    title: `${user.name} asks for a human`,
    users: [user.id],
    name,
    opens: true,
    // Another place of the account may have to be set up first.
    ...(options.hitlSession ? { unbudgeted: 'the session has options' } : {}),
  }
  await forUser(world, user, () =>
    asStep(world, doing, async () => {
      await user.say(asked.said)
      const isStarted = await user.escalate({ title, description, ...options })
      if (!isStarted) throw new RefusedError('The HITL plugin started nothing: a session is under way already.')
      world.temperatures.started(user.id, emulator.clock.now())
    })
  )
}

/** What fails for an end user is told in the chat, where it happened, and not to whoever clicked. */
async function forUser(world: LiveWorld, user: EndUser, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    const at = world.stage.emulator.clock.now()
    const id = `failure-${world.failures.length + 1}-${at}`
    world.failures.push({ id, user: user.id, at, text: sentenceOf(error) })
    world.changed()
  }
}

async function agentActs(world: LiveWorld, action: AgentAction): Promise<void> {
  const { desk } = world
  const chat = chatOf(world, action.chat)
  const agent = agentOf(world, action.agent)
  const users = usersOfChat(world, chat)
  const step = (title: string, name: Parameters<typeof asStep>[1]['name'], work: () => void) =>
    asStep(world, { title: `${agent.name} ${title}`, users, ...(name ? { name } : { by: 'agent' as const }) }, work)
  const spoken = chat.state === 'active' ? ('agentMessage' as const) : undefined
  switch (action.type) {
    case 'agentTakes':
      return step('takes the chat', 'agentAssigned', () => desk.join(chat, agent))
    case 'agentWrites':
      return step(`writes ${quoted(action.text)}`, spoken, () => desk.write(chat, agent, action.text))
    case 'agentNotes':
      return step('makes a private note', undefined, () => desk.note(chat, agent, action.text))
    case 'agentSendsFile': {
      const file = world.uploads.get(action.upload)
      if (!file) throw new RefusedError('This file was not kept; choose it again.')
      return step(`sends ${file.name}`, spoken, () => desk.sendFile(chat, agent, file))
    }
    case 'agentTransfers': {
      const to = agentOf(world, action.to)
      return step(`transfers the chat to ${to.name}`, 'agentChanged', () => desk.transfer(chat, agent, to))
    }
    case 'agentCloses':
      return step('closes the chat', 'closed', () => desk.close(chat, agent))
    default:
      return action satisfies never
  }
}

function agentOf({ desk }: LiveWorld, id: string): DeskAgent {
  const agent = desk.agents.find((one) => one.id === id)
  if (!agent) throw new RefusedError('There is no such agent.')
  return agent
}

async function missChat(world: LiveWorld, key: string): Promise<void> {
  const { desk } = world
  const chat = chatOf(world, key)
  await asStep(world, { title: 'Nobody answers the chat', users: usersOfChat(world, chat) }, () => desk.miss?.(chat))
}

async function setFault(world: LiveWorld, { name, on }: ActionOf<'setFault'>): Promise<void> {
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
