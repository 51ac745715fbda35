import type { Comment } from './thread-entities'
import { reply, type AgentFile, type ReplyOptions } from './replies'
import { addComment, agentActor, agentDoer, archiveThread, assignThread, newItem, setStatus } from './threads'
import { threadFor, type World } from './world'

/** What an agent does in HubSpot. Writing returns the id of the message. */
export type AgentControls = {
  readonly userId: number
  readonly actorId: string
  take(threadId: string): void
  assign(threadId: string, toUserId: number): void
  unassign(threadId: string): void
  reply(threadId: string, text: string, options?: ReplyOptions): string
  attach(threadId: string, file: AgentFile, text?: string): string
  /** An internal note. */
  comment(threadId: string, text: string): string
  close(threadId: string): void
  reopen(threadId: string): void
  /** Moves the thread to the bin. */
  archive(threadId: string): void
}

export const agentControls = (world: World, userId: number): AgentControls => {
  const actorOf = (id: number): string => {
    if (!world.state.users.has(id)) throw new Error(`HubSpot has no user ${id}`)
    return agentActor(id)
  }
  const actorId = actorOf(userId)
  const doer = agentDoer(actorId)
  return {
    userId,
    actorId,
    take: (id) => assignThread(world, threadFor(world, id), actorId, doer),
    assign: (id, toUserId) => assignThread(world, threadFor(world, id), actorOf(toUserId), doer),
    unassign: (id) => assignThread(world, threadFor(world, id), undefined, doer),
    reply: (id, text, options) => reply(world, threadFor(world, id), actorId, text, options),
    attach: (id, file, text = '') => reply(world, threadFor(world, id), actorId, text, { files: [file] }),
    comment: (id, text) => {
      const comment: Comment = { ...newItem(world, doer), type: 'COMMENT', text, attachments: [] }
      addComment(world, threadFor(world, id), comment)
      return comment.id
    },
    close: (id) => setStatus(world, threadFor(world, id), 'CLOSED', doer),
    reopen: (id) => setStatus(world, threadFor(world, id), 'OPEN', doer),
    archive: (id) => archiveThread(world, threadFor(world, id), doer),
  }
}
