import type { AgentIndex, ContractUser } from '@hitl/core/testing/contract-kit'
import { defaultSeed, type HubSpotEmulator, type ThreadSnapshot } from '@hitl/emulator/hubspot'
import { type Hands, type HandsOf, sessionTags } from '@hitl/sandbox/contract-world'
import { hubspotSecrets } from '@hitl/sandbox/hubspot'
import * as z from 'zod/mini'

const [anna, ben] = defaultSeed.users
if (!anna || !ben) throw new Error('The emulated portal needs two users')
const USERS = [anna, ben] as const
const NAMES = [anna.name, ben.name] as const

const { portalId, app } = defaultSeed

/** What users do in the emulated HubSpot, for the contract suite. */
export const hubspotHands: HandsOf<HubSpotEmulator> = (stage): Hands => {
  const { provider, emulator } = stage
  const idOf = (sessionId: string | undefined) => (sessionTags(stage, sessionId)['threadKey'] ?? '').split('/')[1] ?? ''
  const id = (user: ContractUser) => idOf(user.sessionId)
  const agent = (index: AgentIndex) => provider.agent(USERS[index].id)
  const actor = (index: AgentIndex) => agent(index).actorId
  const files = () => new Map(provider.files.map((file) => [file.id, file.contentType]))

  const reply = (
    sessionId: string | undefined,
    threadId: string,
    index: AgentIndex,
    messageId: string,
    text: string
  ) => ({
    type: 'OUTGOING_CHANNEL_MESSAGE_CREATED',
    portalId: String(portalId),
    channelId: provider.channels[0]?.id,
    eventId: messageId,
    eventTimestamp: new Date().toISOString(),
    channelIntegrationThreadIds: sessionId ? [sessionId] : [],
    message: {
      id: messageId,
      type: 'MESSAGE',
      conversationsThreadId: threadId,
      createdAt: new Date().toISOString(),
      createdBy: actor(index),
      text,
      direction: 'OUTGOING',
      senders: [{ actorId: actor(index), name: NAMES[index] }],
      recipients: [],
      attachments: [],
      truncationStatus: 'NOT_TRUNCATED',
      status: { statusType: 'SENT' },
    },
  })
  const assigned = (threadId: string, index: AgentIndex, occurredAt: number) => ({
    objectId: Number(threadId),
    subscriptionType: 'conversation.propertyChange',
    propertyName: 'assignedTo',
    propertyValue: actor(index),
    changeSource: 'USER',
    eventId: 1,
    subscriptionId: 1,
    portalId,
    appId: Number(app.id),
    occurredAt,
    attemptNumber: 1,
  })
  /** When each agent took over, to repeat just that. */
  const assignedAt = new Map<string, number>()
  emulator.journal.onEntry((entry) => {
    if (entry.kind !== 'webhook') return
    for (const event of assignments.safeParse(entry.request).data ?? []) {
      assignedAt.set(`${event.objectId}/${event.propertyValue}`, event.occurredAt)
    }
  })

  return {
    agentNames: NAMES,
    take: (user, index) => agent(index).take(id(user)),
    write: (user, index, text) => void agent(index).reply(id(user), text),
    note: (user, index, text) => void agent(index).comment(id(user), text),
    sendFile: (user, index) =>
      void agent(index).attach(id(user), {
        name: 'manual.pdf',
        contentType: 'application/pdf',
        bytes: Buffer.from('%PDF-1.7'),
      }),
    transfer: (user, from, to) => agent(from).assign(id(user), USERS[to].id),
    close: (user, index) => agent(index).close(id(user)),
    async repeatAssignment(user, index) {
      const at = assignedAt.get(`${id(user)}/${actor(index)}`) ?? 0
      await provider.webhook.raw('app', [assigned(id(user), index, at)])
    },
    async repeatMessage(_user, index, text, sessionId) {
      await provider.webhook.raw('channel', reply(sessionId, idOf(sessionId), index, `${idOf(sessionId)}-late`, text))
    },
    received: (user) =>
      said(provider.thread(id(user)))
        .slice(1)
        .map(({ text, attachments: [file] }) =>
          file
            ? `[${
                files()
                  .get(file.fileId ?? '')
                  ?.split('/')[0]
              }]`
            : text
        ),
    opening: (user) =>
      provider
        .thread(id(user))
        .messages.filter(({ isComment, direction }) => isComment || direction === 'INCOMING')
        .map(({ text }) => text),
    threads: () => {
      const ours = provider.threads.filter(({ integrationThreadIds }) => integrationThreadIds.length > 0)
      return { all: ours.length, open: ours.filter(({ status }) => status === 'OPEN').length }
    },
    async foreignThread() {
      const threadId = provider.openElsewhere({ name: 'Somebody', email: 'somebody@example.com' })
      agent(0).take(threadId)
      provider.writeElsewhere(threadId, 'for somebody else')
      agent(0).assign(threadId, USERS[1].id)
      agent(1).close(threadId)
      await emulator.settled()
    },
    forgeries(user) {
      const body = JSON.stringify(reply(user.sessionId, id(user), 0, 'forged', 'forged words'))
      const timestamp = String(Date.now())
      const signed = (signature: string, at = timestamp) => ({
        body,
        headers: { 'x-hubspot-signature-v3': signature, 'x-hubspot-request-timestamp': at },
      })
      const genuine = emulator.journal.entries.flatMap(({ kind, requestHeaders }) =>
        kind === 'webhook' && requestHeaders?.['x-hubspot-signature-v3'] ? [requestHeaders] : []
      )
      const last = genuine.at(-1) ?? {}
      const v1 = { 'x-hubspot-signature': last['x-hubspot-signature'] ?? 'none', 'x-hubspot-signature-version': 'v1' }
      return [
        { reason: 'no signature', request: { body, headers: {} } },
        { reason: 'only a signature of version 1', request: { body, headers: v1 } },
        { reason: 'an empty signature', request: signed('') },
        { reason: 'not Base64', request: signed('***') },
        { reason: 'a signature of nothing', request: signed(Buffer.alloc(32).toString('base64')) },
        { reason: 'the client ID as signature', request: signed(app.clientId) },
        {
          reason: 'the genuine signature of another webhook',
          request: signed(last['x-hubspot-signature-v3'] ?? 'none', last['x-hubspot-request-timestamp']),
        },
      ]
    },
    greetEarly(text) {
      provider.configure({ autoAssign: { userId: USERS[0].id, delayMs: 0 } })
      const stop = emulator.journal.onEntry((entry) => {
        if (entry.kind !== 'webhook' || !assignments.safeParse(entry.request).success) return
        stop()
        const thread = provider.threads.at(-1)
        if (thread) agent(0).reply(thread.id, text)
      })
    },
    secrets: [...hubspotSecrets, 'Bearer ', ...provider.liveTokens],
    // HubSpot tries again after 1, 5 and 15 minutes.
    settleMs: 1_300_000,
    calls: {
      open: publishCall(provider),
      send: publishCall(provider),
      close: 'PATCH /conversations/v3/conversations/threads/',
    },
  }
}

const said = ({ messages }: ThreadSnapshot) => messages.filter(({ direction }) => direction === 'INCOMING')

const publishCall = ({ channels }: HubSpotEmulator) =>
  `POST /conversations/v3/custom-channels/${channels[0]?.id}/messages`

const assignments = z.array(
  z.object({
    objectId: z.number(),
    propertyName: z.literal('assignedTo'),
    propertyValue: z.string(),
    occurredAt: z.number(),
  })
)
