import { emitAssigned, emitCreation, emitDeletion, emitNewMessage, emitStatus } from './app-events'
import type { ActorId, DeliveryIdentifier } from './entities'
import type { Comment, Message, Thread, ThreadItem, ThreadStatus } from './thread-entities'
import { messageId } from './ids'
import type { World } from './world'

/** Who does it, and how the item says so. */
export type Doer = { actorId: ActorId; clientType: ThreadItem['clientType'] }

/** Agents, and HubSpot's own automatisms, work in its pages. */
export const agentDoer = (actorId: ActorId): Doer => ({ actorId, clientType: 'HUBSPOT' })

export const systemDoer: Doer = { actorId: 'S-hubspot', clientType: 'SYSTEM' }

export const appDoer = ({ state }: World): Doer => ({ actorId: `I-${state.app.id}`, clientType: 'INTEGRATION' })

export const agentActor = (userId: number): ActorId => `A-${userId}`

export type Opening = Pick<Thread, 'channelId' | 'channelAccountId' | 'inboxId' | 'associatedContactId'> &
  Partial<Pick<Thread, 'visitorName' | 'visitorIdentifier'>> & { integrationThreadId?: string | undefined }

export const newItem = (world: World, { actorId, clientType }: Doer) => ({
  id: messageId(),
  createdAt: world.services.clock.now(),
  createdBy: actorId,
  clientType,
})

/** A thread of the help desk comes with a ticket. */
export const openThread = (world: World, opening: Opening, doer: Doer): Thread => {
  const { state, services } = world
  const { integrationThreadId, ...rest } = opening
  const isHelpDesk = state.inboxes.get(opening.inboxId)?.type === 'HELP_DESK'
  const thread: Thread = {
    ...rest,
    id: String(state.nextThreadId()),
    integrationThreadIds: integrationThreadId === undefined ? [] : [integrationThreadId],
    status: 'OPEN',
    ...(isHelpDesk ? { ticketId: String(state.nextTicketId()) } : {}),
    archived: false,
    items: [],
    createdAt: services.clock.now(),
  }
  state.threads.set(thread.id, thread)
  emitCreation(world, thread, doer.clientType)
  return thread
}

export const addMessage = (world: World, thread: Thread, message: Message): void => {
  thread.items.push(message)
  emitNewMessage(world, thread, message)
}

export const addComment = (world: World, thread: Thread, comment: Comment): void => {
  thread.items.push(comment)
  emitNewMessage(world, thread, comment)
}

/** Without an actor the thread becomes nobody's. What changes nothing raises no event. */
export const assignThread = (world: World, thread: Thread, to: ActorId | undefined, doer: Doer): void => {
  const { assignedTo } = thread
  if (assignedTo === to) return
  if (to === undefined) delete thread.assignedTo
  else thread.assignedTo = to
  thread.items.push({
    ...newItem(world, doer),
    type: 'ASSIGNMENT',
    ...(assignedTo === undefined ? {} : { assignedFrom: assignedTo }),
    ...(to === undefined ? {} : { assignedTo: to }),
  })
  emitAssigned(world, thread, doer.clientType)
}

/** A close by API raises the event an agent's close raises [I]. */
export const setStatus = (world: World, thread: Thread, status: ThreadStatus, doer: Doer): void => {
  if (thread.status === status) return
  thread.status = status
  if (status === 'CLOSED') thread.closedAt = world.services.clock.now()
  else delete thread.closedAt
  thread.items.push({ ...newItem(world, doer), type: 'THREAD_STATUS_CHANGE', newStatus: status })
  emitStatus(world, thread, status, doer.clientType)
}

/** Nothing else is told: no close, no unassignment [?]. */
export const archiveThread = (world: World, thread: Thread, doer: Doer): void => {
  if (thread.archived) return
  thread.archived = true
  emitDeletion(world, thread, doer.clientType)
}

/** With a delay of 0 this happens inside the call that opened the thread. */
export const autoAssign = (world: World, thread: Thread): void => {
  const { state, settings, services } = world
  const wanted = settings.autoAssign
  if (!wanted) return
  const assign = (): void => {
    const isStillNobodys = world.state === state && thread.status === 'OPEN' && thread.assignedTo === undefined
    if (isStillNobodys) assignThread(world, thread, agentActor(wanted.userId), systemDoer)
  }
  if (wanted.delayMs === 0) assign()
  else services.clock.after(wanted.delayMs, assign)
}

/** The same identifier is the same visitor. */
export const visitorIdFor = ({ state }: World, identifier: DeliveryIdentifier): string => {
  const key = `${identifier.type}:${identifier.value}`
  const id = state.visitorIds.get(key) ?? String(state.nextVisitorId())
  state.visitorIds.set(key, id)
  return id
}

export const messagesOf = (thread: Thread): Message[] => thread.items.filter((item) => item.type === 'MESSAGE')
