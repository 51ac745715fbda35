import type { JournalEntry } from '@hitl/emulator'
import { defaultSeed, type HubSpotEmulator, type MessageSnapshot, type ThreadSnapshot } from '@hitl/emulator/hubspot'
import type { Desk, DeskAgent, DeskMessage, DeskThread, ForgedWebhook } from '../desk'
import { downloadFrom } from '../download'
import type { Stage } from '../stage'

/** Users of HubSpot, as the journeys need them. */
export function hubspotDesk({ provider, emulator }: Stage<HubSpotEmulator>, secrets: readonly string[]): Desk {
  const as = ({ id }: DeskAgent) => provider.agent(Number(id.slice(ACTOR.length)))
  const userOf = ({ id }: DeskAgent) => Number(id.slice(ACTOR.length))
  const agents = cast()
  const publish = `/custom-channels/${provider.channels[0]?.id ?? ''}/messages`
  /** Agents' files go out with signed addresses, which are not made twice. */
  const urls = () => new Map([...provider.files.map(({ id, url }) => [id, url] as const), ...sentAddresses(emulator)])
  const fileAt = (url: string) => provider.files.find((file) => file.url === url)
  return {
    agents,
    threads: () => provider.threads.filter(isOurs).map((thread) => toThread(thread, urls())),
    join: (thread, agent) => as(agent).take(thread.key),
    write: (thread, agent, text) => void as(agent).reply(thread.key, text),
    sendFile: (thread, agent, file) => void as(agent).attach(thread.key, file),
    transfer: (thread, from, to) => as(from).assign(thread.key, userOf(to)),
    close: (thread, agent) => as(agent).close(thread.key),
    // What users have sent is private: agents see it inside HubSpot only.
    download: async (url) => fileAt(url)?.bytes ?? downloadFrom(emulator.url, url),
    calls: { send: publish, start: publish, token: '/oauth/2026-03/token' },
    refusals: {
      tooMany: { status: 'error', errorType: 'RATE_LIMIT', policyName: 'SECONDLY', message: 'Too many requests' },
      internal: { status: 'error', category: 'SERVER_ERROR', message: 'Internal server error' },
    },
    isRefused: ({ status }: JournalEntry) => (status ?? 0) >= 400,
    spoil: (invocation) => invocation.replace(/(x-hubspot-signature-v3":")[^"]{8}/i, '$1AAAAAAAA'),
    expireTokens: () => provider.expireAccessTokens(),
    joinAtOnce: () => provider.configure({ autoAssign: { userId: userOf(agents[0]), delayMs: 0 } }),
    async forge(forged) {
      const { kind, body } = forgedBody(forged)
      const options = forged.secret === undefined ? {} : ({ sign: 'wrong-secret' } as const)
      const { status } = await provider.webhook.raw(kind, body, options)
      await emulator.settled()
      return [status]
    },
    forgeBatch: (count) => provider.webhook.foreignEvents(count),
    secrets,
  }
}

const sentAddresses = ({ journal }: Stage<HubSpotEmulator>['emulator']): (readonly [string, string])[] =>
  journal.entries
    .filter(({ kind }) => kind === 'webhook')
    .flatMap(({ request }) => [...(JSON.stringify(request) ?? '').matchAll(SENT_FILE)])
    .map(([, fileId = '', url = '']) => [fileId, url] as const)

const SENT_FILE = /"fileId":"(\d+)"[^}]*?"url":"([^"]+)"/g

const ACTOR = 'A-'

function cast(): readonly [DeskAgent, DeskAgent] {
  const [first, second] = defaultSeed.users.map(({ id, name }) => ({ id: `${ACTOR}${id}`, name }))
  if (!first || !second) throw new Error('The emulated HubSpot portal needs two users')
  return [first, second]
}

const isOurs = ({ integrationThreadIds }: ThreadSnapshot) => integrationThreadIds.length > 0

const nameOf = (actorId: string) => cast().find(({ id }) => id === actorId)?.name ?? actorId

function toThread(thread: ThreadSnapshot, urls: ReadonlyMap<string, string>): DeskThread {
  const { id, status, assignedTo, messages } = thread
  const opening = messages.find(({ direction }) => direction === 'INCOMING')?.sender
  const contact = opening?.name ?? ''
  return {
    key: id,
    contact: opening?.deliveryIdentifier?.value ?? '',
    active: status === 'OPEN',
    agents: status === 'OPEN' && assignedTo !== undefined ? [assignedTo] : [],
    messages: handOverFirst(messages).flatMap((message) => toMessage(message, contact, urls)),
  }
}

const isHandOver = ({ isComment, createdBy }: MessageSnapshot) => isComment && !createdBy.startsWith(ACTOR)

/** An agent may be quicker than the comment with the history. */
const handOverFirst = ([opening, ...rest]: readonly MessageSnapshot[]): MessageSnapshot[] => [
  ...(opening ? [opening] : []),
  ...rest.filter(isHandOver),
  ...rest.filter((message) => !isHandOver(message)),
]

/** The integration tells what was said before as a comment; agents' own comments are none of the contact's business. */
function toMessage(message: MessageSnapshot, contact: string, urls: ReadonlyMap<string, string>): DeskMessage[] {
  const { isComment, direction, text, attachments, sender } = message
  if (isComment) return isHandOver(message) ? [{ from: 'contact', author: contact, text }] : []
  const isContact = direction === 'INCOMING'
  const by: DeskMessage = isContact
    ? { from: 'contact', author: sender?.name ?? contact }
    : { from: 'agent', author: nameOf(sender?.actorId ?? '') }
  const files = attachments.map(({ fileId }) => ({ ...by, url: urls.get(fileId ?? '') ?? '' }))
  // With a file of the end user comes its name as the text.
  const isText = text !== '' && !(isContact && files.length > 0)
  return [...(isText ? [{ ...by, text }] : []), ...files]
}

const FOREIGN = '99000000001'

function forgedBody({ event, thread, text = 'Hello' }: ForgedWebhook): { kind: 'channel' | 'app'; body: unknown } {
  const [anna] = cast()
  const { portalId, app } = defaultSeed
  const threadId = thread?.key ?? FOREIGN
  const happening = {
    objectId: Number(threadId),
    subscriptionType: 'conversation.propertyChange',
    changeSource: 'USER',
    eventId: 1,
    subscriptionId: 1,
    portalId,
    appId: Number(app.id),
    occurredAt: Date.now(),
    attemptNumber: 0,
  }
  switch (event) {
    case 'message': {
      const message = {
        id: `forged-${text.replace(/\W+/g, '-')}`,
        type: 'MESSAGE',
        conversationsThreadId: threadId,
        createdAt: new Date().toISOString(),
        createdBy: anna.id,
        text,
        direction: 'OUTGOING',
        senders: [{ actorId: anna.id, name: anna.name }],
        recipients: [],
        attachments: [],
        truncationStatus: 'NOT_TRUNCATED',
        status: { statusType: 'SENT' },
      }
      const body = {
        type: 'OUTGOING_CHANNEL_MESSAGE_CREATED',
        portalId: String(portalId),
        eventId: message.id,
        message,
      }
      return { kind: 'channel', body }
    }
    case 'assigned':
      return { kind: 'app', body: [{ ...happening, propertyName: 'assignedTo', propertyValue: anna.id }] }
    case 'closed':
      return { kind: 'app', body: [{ ...happening, propertyName: 'status', propertyValue: 'CLOSED' }] }
    default:
      return event satisfies never
  }
}
