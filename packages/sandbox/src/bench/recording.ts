import type { Invoke, JournalEntry } from '@hitl/emulator'
import type { Desk } from '../desk'
import { Person } from '../person'
import type { OpenStage, SandboxProvider } from '../providers/index'
import type { InstantAnswer } from './instant-network'
import type { Snapshot } from './small-botpress'
import type { Names } from './variants'

export type Request = Parameters<Invoke>[0]

/** One session, played once: what the platform asked of the integration, and what it was answered meanwhile. */
export type Recording = {
  requests: Record<'createUser' | 'startHitl' | 'assigned' | 'userText' | 'agentText' | 'stopHitl', Request>
  /** Of the provider, by `METHOD path`. */
  answers: ReadonlyMap<string, InstantAnswer>
  snapshot: Snapshot
  names: Names
  /** Where Botpress is, as calls name it. */
  botpressHost: string
  env: Readonly<Record<string, string>>
  webhookUrl: string
  desk: Pick<Desk, 'webhooks' | 'spoil'>
}

/** Plays a session through the built bundle and the emulator. @param mature lets the first minute of a session pass */
export async function record(provider: SandboxProvider, mature: () => void): Promise<Recording> {
  const open = await provider.open({ instances: 'module' })
  const { stage } = open
  const { emulator, installation } = stage
  const seen: Request[] = []
  const invoke = installation.nextInstance('any')
  installation.run((request) => {
    seen.push(request)
    return invoke(request)
  })
  try {
    await meetUnseenAgent(open)
    // Nothing of that is remembered.
    await stage.restart()
    const mark = emulator.journal.mark()
    const requests = await playSession(open, seen, mature)
    const { url, botpress } = emulator
    return {
      requests,
      answers: answersOf(emulator.journal.entries),
      ...readSession(emulator.journal.since(mark), botpress.store.states.values(), open.desk),
      botpressHost: new URL(url).host,
      env: botpress.env,
      webhookUrl: installation.webhookUrl,
      desk: open.desk,
    }
  } finally {
    await stage.close()
  }
}

/** An agent of whom no webhook has told yet has to be looked up, in a session of another user. */
async function meetUnseenAgent({ stage, desk }: OpenStage): Promise<void> {
  const { emulator } = stage
  const bob = personOn({ stage, desk }, 'Bob', 'bob@example.com')
  await bob.user.say('Hello')
  await bob.escalate({ title: 'Help', description: 'It smokes.' })
  emulator.deliveries.mode(stage.provider.name, { hold: true })
  desk.join(bob.thread, desk.agents[0])
  emulator.deliveries.mode(stage.provider.name, {})
  desk.write(bob.thread, desk.agents[0], 'Hello!')
  await emulator.settled()
  await emulator.deliveries.release()
  await emulator.settled()
}

function personOn({ stage, desk }: OpenStage, name: string, email: string): Person {
  return new Person(stage.emulator.botpress.endUser({ name, email, installation: stage.installation }), email, desk)
}

async function playSession(
  open: OpenStage,
  seen: readonly Request[],
  mature: () => void
): Promise<Recording['requests']> {
  const { stage, desk } = open
  const [anna] = desk.agents
  const ana = personOn(open, 'Ana', 'ana@example.com')
  /** The first request of this kind that comes of it. */
  const take = async (operation: string, act: () => unknown, type = ''): Promise<Request> => {
    const before = seen.length
    await act()
    await stage.emulator.settled()
    const found = seen
      .slice(before)
      .find(({ headers, body }) => headers['x-bp-operation'] === operation && body.includes(type))
    if (!found) throw new Error(`Nothing was asked of the integration: ${operation} ${type}`)
    return found
  }
  await ana.user.say('Hello')
  const from = seen.length
  const startHitl = await take(ACTION, () => ana.escalate({ title: 'Help', description: 'It smokes.' }), 'startHitl')
  const createUser = seen.slice(from).find(({ body }) => body.includes('"createUser"'))
  if (!createUser) throw new Error('No user was made')
  mature()
  const assigned = await take(WEBHOOK, () => desk.join(ana.thread, anna))
  const userText = await take('message_created', () => ana.say('How are you?'))
  const agentText = await take(WEBHOOK, () => desk.write(ana.thread, anna, 'How are you?'))
  const stopHitl = await take(ACTION, () => ana.user.end(), 'stopHitl')
  return { createUser, startHitl, assigned, userText, agentText, stopHitl }
}

const ACTION = 'action_triggered'
const WEBHOOK = 'webhook_received'

function answersOf(entries: readonly JournalEntry[]): Map<string, InstantAnswer> {
  return new Map(
    entries.flatMap(({ kind, label, provider, status = 200, response, responseHeaders = {} }) => {
      if (kind !== 'vendor' || provider === undefined) return []
      const cookie = responseHeaders['set-cookie']
      const headers = cookie === undefined ? {} : { headers: { 'set-cookie': cookie } }
      return [[label.slice(provider.length + 1), { status, body: response, ...headers }] as const]
    })
  )
}

type Answer = { user: Row; conversation: Row; message: Row }
type Row = { id: string; tags: Record<string, string> }
type State = { type: string; subjectId: string; name: string; payload: unknown }

/** From what Botpress answered to the agent's message, which shows all of the session. */
function readSession(
  entries: readonly JournalEntry[],
  states: Iterable<State>,
  desk: Desk
): Pick<Recording, 'snapshot' | 'names'> {
  const { user, conversation, message } = answerTo<Answer>(entries, 'POST /v1/chat/initialize-incoming-message')
  const contactId = conversation.tags['contactUserId'] ?? ''
  const contact = answerTo<{ user: Row }>(entries, `GET /v1/chat/users/${contactId}`).user
  const threadKey = conversation.tags['threadKey'] ?? ''
  const agentId = user.tags['agentId'] ?? ''
  const theirMessage = (message.tags['providerMessageId'] ?? '').slice(threadKey.length + 1)
  const outgoing = entries.find(({ label }) => label.startsWith('message_created'))
  const ours = JSON.stringify(outgoing?.request ?? '').match(/msg_\w+/)?.[0] ?? ''
  const key = desk.threads().at(-1)?.key ?? ''
  // The state of its end is of later.
  const kept = [...states].filter(({ name }) => !['closed', 'assigned', 'step'].includes(name))
  return {
    snapshot: {
      conversation: JSON.stringify(conversation),
      contact: JSON.stringify(contact),
      agent: JSON.stringify(user),
      message: JSON.stringify(message),
      states: new Map(kept.map((state) => [addressOf(state), JSON.stringify(state.payload)])),
    },
    names: {
      session: [conversation.id, contactId, ...key.split('/')],
      agent: [agentId, user.id],
      message: [message.id, theirMessage, ours],
    },
  }
}

const addressOf = ({ type, subjectId, name }: State) => `${type}/${subjectId}/${name}`

function answerTo<T>(entries: readonly JournalEntry[], label: string): T {
  const found = entries.findLast((entry) => entry.label === label)
  if (!found) throw new Error(`The recorded session has no ${label}`)
  // Written by the emulator, whose answers these are.
  return found.response as T
}
