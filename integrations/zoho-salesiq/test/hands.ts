import type { AgentIndex, ContractUser } from '@hitl/core/testing/contract-kit'
import { defaultSeed, type ZohoSalesIqEmulator } from '@hitl/emulator/zoho-salesiq'
import { type Hands, type HandsOf, sessionTags } from '@hitl/sandbox/contract-world'
import * as z from 'zod/mini'
import { zohoSalesIqSecrets } from '@hitl/sandbox/zoho-salesiq'

const [anna, ben] = defaultSeed.operators
if (!anna || !ben) throw new Error('The emulated portal needs two operators')
const OPERATORS = [anna, ben] as const
const NAMES = [anna.name, ben.name] as const

const REPLIED = 'conversation.operator.replied'
const ATTENDED = 'conversation.attender.updated'

/** What operators do in the emulated SalesIQ, for the contract suite. */
export const zohoSalesIqHands: HandsOf<ZohoSalesIqEmulator> = (stage): Hands => {
  const { provider, emulator } = stage
  const idOf = (sessionId: string | undefined) => sessionTags(stage, sessionId)['threadKey'] ?? ''
  const id = (user: ContractUser) => idOf(user.sessionId)
  const operator = (index: AgentIndex) => provider.agent(OPERATORS[index].id)
  const sender = (index: AgentIndex) => ({ id: OPERATORS[index].id, name: NAMES[index], type: 'operator' })
  const reply = (conversationId: string, index: AgentIndex, msgid: string, text: string) => ({
    id: conversationId,
    message: { msgid, text, meta: {}, sender: sender(index) },
  })
  /** When each operator took over, to repeat just that. */
  const assignedAt = new Map<string, string>()
  emulator.journal.onEntry((entry) => {
    if (entry.kind !== 'webhook' || !entry.label.includes('attender.updated')) return
    const told = attended.safeParse(entry.request)
    if (told.success) assignedAt.set(`${told.data.entity_id}/${told.data.entity.owner.id}`, told.data.event_time)
  })

  return {
    agentNames: NAMES,
    take: (user, index) => operator(index).pickUp(id(user)),
    write: (user, index, text) => void operator(index).write(id(user), text),
    note: (user, index, text) => operator(index).note(id(user), text),
    sendFile: (user, index) =>
      void operator(index).sendFile(id(user), {
        name: 'manual.pdf',
        contentType: 'application/pdf',
        bytes: Buffer.from('%PDF-1.7'),
      }),
    transfer: (user, from, to) => operator(from).transfer(id(user), OPERATORS[to].id),
    close: (user, index) => operator(index).close(id(user)),
    async repeatAssignment(user, index) {
      const owner = { ...sender(index), email: OPERATORS[index].email }
      const envelope = { event_time: assignedAt.get(`${id(user)}/${OPERATORS[index].id}`), attempt: 2 }
      await provider.webhook.raw(ATTENDED, { id: id(user), owner }, { envelope })
    },
    async repeatMessage(_user, index, text, sessionId) {
      const conversationId = idOf(sessionId)
      await provider.webhook.raw(REPLIED, reply(conversationId, index, `${conversationId}-late`, text))
    },
    received: (user) =>
      provider
        .conversation(id(user))
        .messages.slice(1)
        .filter(({ by }) => by === 'visitor')
        .map(({ text, file }) => text ?? `[${file?.contentType.split('/')[0] ?? 'nothing'}]`),
    opening(user) {
      const { question, pastMessages } = provider.conversation(id(user))
      return [...pastMessages.map(({ sender_name: name, text }) => `${name}: ${text}`), question]
    },
    threads: () => ({
      all: provider.conversations.length,
      open: provider.conversations.filter(({ state }) => state === 'waiting' || state === 'connected').length,
    }),
    async foreignThread() {
      const website = provider.openOnWebsite({ name: 'Somebody', email: 'somebody@example.com' })
      operator(0).pickUp(website)
      operator(0).write(website, 'for somebody else')
      operator(0).transfer(website, OPERATORS[1].id)
      operator(1).close(website)
      await emulator.settled()
    },
    forgeries(user) {
      const [webhook] = provider.webhook.registered
      const body = JSON.stringify({
        event: REPLIED,
        entity_type: 'conversation',
        entity_id: id(user),
        entity: reply(id(user), 0, 'forged', 'forged words'),
        event_time: String(Date.now()),
        attempt: 1,
        version: 1,
        app_id: webhook?.appIds[0],
        org_id: defaultSeed.orgId,
        webhook: { id: webhook?.id },
        handler: 'execution',
      })
      const signed = (signature: string) => ({ body, headers: { 'x-siqsignature': signature } })
      const genuine = emulator.journal.entries.flatMap(({ kind, requestHeaders }) =>
        kind === 'webhook' ? (requestHeaders?.['x-siqsignature'] ?? []) : []
      )
      return [
        { reason: 'no signature', request: { body, headers: {} } },
        { reason: 'an empty signature', request: signed('') },
        { reason: 'not Base64', request: signed('***') },
        { reason: 'a signature of nothing', request: signed(Buffer.alloc(256).toString('base64')) },
        { reason: 'the public key as signature', request: signed(webhook?.publicKeys[0] ?? '') },
        { reason: 'the genuine signature of another webhook', request: signed(genuine.at(-1) ?? 'none') },
      ]
    },
    greetEarly(text) {
      provider.configure({ autoAssign: { operatorId: OPERATORS[0].id, delayMs: 0 } })
      const stop = emulator.journal.onEntry((entry) => {
        if (entry.kind !== 'webhook' || !entry.label.includes('attender.updated')) return
        stop()
        const [conversation] = provider.conversations
        if (conversation) operator(0).write(conversation.id, text)
      })
    },
    secrets: [...zohoSalesIqSecrets, 'Zoho-oauthtoken', ...provider.liveTokens],
    calls: { open: OPEN, send: `${OPEN}/`, close: '/close' },
  }
}

const text = z.string()
const attended = z.object({
  entity_id: text,
  event_time: text,
  entity: z.object({ owner: z.object({ id: text }) }),
})

const OPEN = `POST /api/visitor/v1/${defaultSeed.screenName}/conversations`
