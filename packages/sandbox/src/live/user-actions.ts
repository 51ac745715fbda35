import type { EndUser } from '@hitl/emulator'
import type { Action, Message } from '@hitl/sandbox-page/protocol'
import { asksForHuman, GREETING, TALK_TO_HUMAN } from './bot'
import { toPayload } from './messages'
import { quoted } from './quoted'
import { asStep, type LiveWorld, RefusedError, sentenceOf, userOf } from './world'

type ActionOf<T extends Action['type']> = Extract<Action, { type: T }>

export function addUser({ stage: { emulator, installation } }: LiveWorld, name: string, email?: string): EndUser {
  const user = emulator.botpress.endUser({ name, installation, ...(email ? { email } : {}) })
  user.botSays(GREETING)
  return user
}

export async function userSays(world: LiveWorld, { user: id, message }: ActionOf<'userSays'>): Promise<void> {
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

function tellMessage(message: Message): string {
  if (message.type === 'text') return `writes ${quoted(message.text)}`
  if (message.type === 'bloc') return `sends ${message.items.map(({ type }) => type).join(' and ')}`
  return `sends ${'title' in message && message.title ? message.title : `a message (${message.type})`}`
}

/** The button says a word for the user, as a choice of the webchat does. */
export function asksForHumanByButton(world: LiveWorld, asked: ActionOf<'userAsksForHuman'>): Promise<void> {
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
