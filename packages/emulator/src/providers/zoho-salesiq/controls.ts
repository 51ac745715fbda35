import {
  assignAtOnce,
  endConversation,
  missConversation,
  openConversation,
  reopenConversation,
  say,
} from './conversations'
import type { Conversation } from './entities'
import { brandOf, isOpen } from './state'
import { conversationFor, type World } from './world'

export type WebsiteOpening = {
  appId?: string
  departmentId?: string
  name?: string
  email?: string
  question?: string
}

/** What visitors and SalesIQ itself do. Conversations are named by either id. */
export type SystemControls = {
  /** Nobody picked up. */
  miss(conversationId: string): void
  closeByVisitor(conversationId: string): void
  /** Closed for inactivity: `ended_by` is `scheduler`. */
  expire(conversationId: string): void
  /** An operator goes on with a missed or ended conversation. */
  reopenByLateAnswer(conversationId: string, operatorId: string): void
  /** A visitor of the website opens a conversation of the first brand unless told; no API of ours is involved. */
  openOnWebsite(opening?: WebsiteOpening): string
  /** The visitor of a website conversation writes; returns the `msgid`. */
  writeAsVisitor(conversationId: string, text: string): string
}

export const systemControls = (world: World): SystemControls => {
  const open = (id: string): Conversation => {
    const conversation = conversationFor(world, id)
    if (!isOpen(conversation)) throw new Error(`conversation ${id} is ${conversation.state}`)
    return conversation
  }

  const onWebsite = (opening: WebsiteOpening): string => {
    const { account, nextId } = world.state
    const brand = brandOf(world.state, opening.appId ?? [...account.brands.keys()][0] ?? '')
    const { name, email, question = 'Hello from the website', departmentId = brand.departmentIds[0] ?? '' } = opening
    const visitor = {
      userId: `website-${nextId()}`,
      ...(name === undefined ? {} : { name }),
      ...(email === undefined ? {} : { email }),
    }
    const conversation = openConversation(world, { appId: brand.id, departmentId, question, visitor })
    assignAtOnce(world, conversation)
    return conversation.id
  }

  return {
    miss: (id) => {
      const conversation = open(id)
      if (conversation.state !== 'waiting') throw new Error(`conversation ${id} was picked up`)
      missConversation(world, conversation)
    },
    closeByVisitor: (id) => endConversation(world, open(id), 'visitor'),
    expire: (id) => endConversation(world, open(id), 'scheduler'),
    reopenByLateAnswer: (id, operatorId) => {
      const conversation = conversationFor(world, id)
      if (isOpen(conversation)) throw new Error(`conversation ${id} is still ${conversation.state}`)
      reopenConversation(world, conversation, operatorId)
    },
    openOnWebsite: (opening = {}) => onWebsite(opening),
    writeAsVisitor: (id, text) => say(world, open(id), { by: 'visitor' }, { text }).id,
  }
}
