import { present, type JsonRecord } from '../json'
import { existing, history, linkedUser, messagesOf } from './hitl-start'
import { RELAYED_TYPES, TAGS, type BotServices, type EndReason, type StartInput } from './hitl-terms'
import type { Installation } from './installation'
import { UPSTREAM, type ConversationRow, type EventRow, type MessageRow, type UserRow } from './model'
import { createMessage } from './operations/messages'
import { mergeTags } from './tags'

/** Follows the official HITL plugin step by step (plugin 1.3 and 1.4), with what it swallows. */
export class HitlPlugin {
  readonly #active = new Set<string>()
  readonly #services: BotServices

  constructor(services: BotServices) {
    this.#services = services
  }

  isActive(conversationId: string): boolean {
    return this.#active.has(conversationId)
  }

  reset(): void {
    this.#active.clear()
  }

  /** Conversations with an active session, on either side. */
  get active(): readonly string[] {
    return [...this.#active]
  }

  /** Sessions go on after a restart. What waits for an agent no longer times out, as timers are not kept. */
  restore(active: readonly string[]): void {
    this.#active.clear()
    for (const id of active) this.#active.add(id)
  }

  /** Resolves to false where the plugin returns silently without starting anything. @throws ActionError */
  async start(upstreamId: string, userId: string, installation: Installation, input: StartInput): Promise<boolean> {
    const { store } = this.#services.api
    const upstream = this.#conversation(upstreamId)
    const startMessageId = messagesOf(store, upstreamId).findLast((row) => row.direction === 'incoming')?.id
    if (this.isActive(upstreamId) || upstream.tags[TAGS.upstream]) return false
    if (startMessageId !== undefined && upstream.tags[TAGS.startMessageId] === startMessageId) return false
    this.#notify(upstreamId, this.#services.settings.handoffText)
    const downstreamUserId = await linkedUser(store, userId, installation, input.userEmail)
    const { title, description, hitlSession } = input
    const messageHistory = history(store, upstreamId, downstreamUserId)
    const output = await installation.action(
      'startHitl',
      present({ userId: downstreamUserId, title, description, hitlSession, messageHistory })
    )
    const downstream = this.#conversation(String(output['conversationId']))
    await new Promise((resolve) => setTimeout(resolve, this.#services.settings.activationDelayMs))
    mergeTags(upstream, present({ [TAGS.downstream]: downstream.id, [TAGS.startMessageId]: startMessageId ?? '' }))
    mergeTags(downstream, { [TAGS.upstream]: upstreamId })
    this.#active.add(upstreamId).add(downstream.id)
    this.#scheduleTimeout(upstream, downstream)
    return true
  }

  /** An end user's message. Tells whether it was meant for the agent. */
  async onUpstreamMessage(message: MessageRow): Promise<boolean> {
    const upstream = this.#conversation(message.conversationId)
    if (!this.isActive(upstream.id)) return false
    const text = message.type === 'text' ? String(message.payload['text']) : undefined
    if (text?.trim().toLowerCase() === this.#services.settings.closeCommand.toLowerCase()) {
      await this.stop(upstream.id, 'patient-used-termination-command')
      return true
    }
    const author = this.#services.api.store.users.get(message.userId)?.tags[TAGS.downstream]
    const downstreamId = upstream.tags[TAGS.downstream]
    if (!RELAYED_TYPES.has(message.type)) this.#notify(upstream.id, this.#services.settings.unsupportedTypeText)
    else if (!author || !downstreamId) this.#abort(upstream.id)
    else this.#say(downstreamId, message.type, { ...message.payload, userId: author }, { [TAGS.upstream]: message.id })
    return true
  }

  onDownstreamMessage(message: MessageRow): void {
    const { settings } = this.#services
    const downstream = this.#conversation(message.conversationId)
    if (!this.isActive(downstream.id)) return this.#note('agent message dropped: the session is not active', message.id)
    const upstreamId = downstream.tags[TAGS.upstream]
    const agent = this.#services.api.store.users.get(message.userId)
    if (!upstreamId || !agent) return this.#abort(downstream.id)
    if (!RELAYED_TYPES.has(message.type)) return this.#tell(downstream.id, settings.unsupportedTypeText)
    if (!downstream.tags[TAGS.agentId]) this.#assign(this.#conversation(upstreamId), downstream, agent)
    const { id } = this.#say(upstreamId, message.type, message.payload, { [TAGS.downstream]: message.id })
    const { type, payload } = message
    const shown = { id, from: 'agent' as const, type, payload, agentName: agent.name, agentPicture: agent.pictureUrl }
    this.#services.show(upstreamId, present(shown))
  }

  onEvent(event: EventRow): void {
    if (event.type !== 'hitlAssigned' && event.type !== 'hitlStopped') {
      event.status = 'ignored'
      return
    }
    event.status = 'processed'
    const downstreamId = String(event.payload['conversationId'])
    if (!this.isActive(downstreamId))
      return this.#note(`${event.type} ignored: the session is not active`, downstreamId)
    const downstream = this.#conversation(downstreamId)
    const upstreamId = downstream.tags[TAGS.upstream] ?? ''
    if (event.type === 'hitlAssigned') return this.#onAssigned(event, upstreamId, downstream)
    this.#notify(upstreamId, this.#services.settings.stoppedText)
    this.#deactivate(upstreamId, downstreamId, 'agent-closed-ticket')
  }

  /** Close command, action or timeout: text into the ticket, inactive, then the integration's `stopHitl`. */
  async stop(upstreamId: string, reason: EndReason): Promise<void> {
    const { settings } = this.#services
    const downstreamId = this.#conversation(upstreamId).tags[TAGS.downstream]
    if (!this.isActive(upstreamId) || !downstreamId) return
    const isTimeout = reason === 'agent-assignment-timeout'
    this.#tell(downstreamId, settings.userCancelledText)
    this.#deactivate(upstreamId, downstreamId, reason)
    const installation = this.#services.installationOf(this.#conversation(downstreamId))
    await installation?.action('stopHitl', { conversationId: downstreamId })
    this.#notify(upstreamId, isTimeout ? settings.assignmentTimeoutText : settings.userClosedText)
  }

  #onAssigned(event: EventRow, upstreamId: string, downstream: ConversationRow): void {
    const agent = this.#services.api.store.users.get(String(event.payload['userId']))
    if (!agent) {
      event.status = 'failed'
      event.failureReason = 'The agent does not exist as a user'
      return
    }
    this.#assign(this.#conversation(upstreamId), downstream, agent)
    this.#notify(upstreamId, this.#services.settings.agentAssignedText, agent)
  }

  #assign(upstream: ConversationRow, downstream: ConversationRow, agent: UserRow): void {
    const tags = { [TAGS.agentId]: agent.id, [TAGS.agentName]: agent.name ?? '' }
    mergeTags(upstream, tags)
    mergeTags(downstream, tags)
  }

  #scheduleTimeout(upstream: ConversationRow, downstream: ConversationRow): void {
    const delayMs = this.#services.settings.agentAssignedTimeoutSeconds * 1000
    if (delayMs <= 0) return
    this.#services.api.store.clock.after(delayMs, () => {
      // Nothing clears the agent tag when a session ends, so a second session on the same conversation never times out.
      if (upstream.tags[TAGS.agentId] || upstream.tags[TAGS.downstream] !== downstream.id) return
      this.stop(upstream.id, 'agent-assignment-timeout').catch((error: unknown) =>
        this.#note('stopHitl failed after the assignment timeout', String(error))
      )
    })
  }

  #deactivate(upstreamId: string, downstreamId: string, reason: EndReason): void {
    for (const id of [upstreamId, downstreamId]) {
      this.#active.delete(id)
      const row = this.#services.api.store.conversations.get(id)
      if (row) mergeTags(row, { [TAGS.endReason]: reason })
    }
  }

  #abort(conversationId: string): void {
    const row = this.#conversation(conversationId)
    const other = row.tags[TAGS.upstream] ?? row.tags[TAGS.downstream] ?? row.id
    this.#deactivate(other, row.id, 'internal-error')
    const text = 'Something went wrong. The session was ended.'
    if (row.ownerId === UPSTREAM) this.#notify(row.id, text)
    else this.#tell(row.id, text)
  }

  /** The bot's own words in the ticket: a message without `payload.userId`. */
  #tell(downstreamId: string, text: string): void {
    if (text !== '') this.#say(downstreamId, 'text', { text })
  }

  /** A text of the plugin to the end user. */
  #notify(upstreamId: string, text: string, agent?: UserRow): void {
    if (text === '') return
    const { id } = this.#say(upstreamId, 'text', { text })
    const shown = { id, from: 'notice' as const, type: 'text', payload: { text } }
    this.#services.show(upstreamId, present({ ...shown, agentName: agent?.name, agentPicture: agent?.pictureUrl }))
  }

  /** The bot is the author of everything relayed, and the payload repeats the type. */
  #say(conversationId: string, type: string, payload: JsonRecord, tags: JsonRecord = {}): MessageRow {
    const { api } = this.#services
    return createMessage(api, { conversationId, userId: api.botId, type, payload: { type, ...payload }, tags })
  }

  #conversation(id: string): ConversationRow {
    return existing(this.#services.api.store.conversations, id, 'Conversation')
  }

  #note(label: string, about: string): void {
    const at = this.#services.api.store.clock.now()
    this.#services.journal.add({ at, kind: 'note', label: `plugin: ${label}`, request: about })
  }
}
