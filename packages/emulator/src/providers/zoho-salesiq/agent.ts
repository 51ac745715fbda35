import { attend, endConversation, say } from './conversations'
import type { Conversation, Message } from './entities'
import { acceptTransfer, rejectTransfer, startTransfer } from './transfer'
import { conversationFor, type World } from './world'

export type AgentFile = { name: string; contentType: string; bytes: Uint8Array }

/** What an operator does in SalesIQ. Conversations are named by either id; writing returns the `msgid`. */
export type AgentControls = {
  readonly operatorId: string
  pickUp(conversationId: string): void
  write(conversationId: string, text: string): string
  sendFile(conversationId: string, file: AgentFile, comment?: string): string
  /** Seen by operators only; raises no event. */
  note(conversationId: string, text: string): void
  /** Accepted at once unless told to `wait` for `acceptTransfer` or `rejectTransfer` of the other operator. */
  transfer(conversationId: string, toOperatorId: string, options?: { answer?: 'accept' | 'reject' | 'wait' }): void
  acceptTransfer(conversationId: string): void
  rejectTransfer(conversationId: string): void
  close(conversationId: string): void
}

export const agentControls = (world: World, operatorId: string): AgentControls => {
  const operator = (id: string) => {
    const found = world.state.account.operators.get(id)
    if (!found) throw new Error(`SalesIQ has no operator ${id}`)
    return found
  }
  const { name } = operator(operatorId)

  const mine = (id: string): Conversation => {
    const conversation = conversationFor(world, id)
    if (conversation.state !== 'connected') throw new Error(`conversation ${id} is ${conversation.state}`)
    if (conversation.operatorId !== operatorId) throw new Error(`${name} does not answer conversation ${id}`)
    return conversation
  }

  /** To the operator, or to a department the operator belongs to. */
  const offered = (id: string): Conversation => {
    const conversation = conversationFor(world, id)
    const { transfer } = conversation
    const isMine = transfer?.toOperatorId === undefined || transfer.toOperatorId === operatorId
    const isInDepartment = operator(operatorId).departmentIds.includes(transfer?.toDepartmentId ?? '')
    if (!transfer || !isMine || !isInDepartment) throw new Error(`${name} was not offered conversation ${id}`)
    return conversation
  }

  const speak = (id: string, said: Parameters<typeof say>[3]): Message =>
    say(world, mine(id), { by: 'operator', operatorId }, said)

  return {
    operatorId,
    pickUp: (id) => {
      const conversation = conversationFor(world, id)
      if (conversation.state !== 'waiting') throw new Error(`conversation ${id} is ${conversation.state}, not waiting`)
      attend(world, conversation, operatorId)
    },
    write: (id, text) => speak(id, { text }).id,
    sendFile: (id, file, comment) =>
      speak(id, {
        ...(comment === undefined ? {} : { text: comment }),
        file: { ...file, bytes: new Uint8Array(file.bytes) },
      }).id,
    note: (id, text) => {
      mine(id).notes.push({ at: world.services.clock.now(), operatorId, text })
    },
    transfer: (id, toOperatorId, { answer = 'accept' } = {}) => {
      const conversation = mine(id)
      const { departmentIds } = operator(toOperatorId)
      const stays = departmentIds.includes(conversation.departmentId)
      const toDepartmentId = stays ? conversation.departmentId : (departmentIds[0] ?? conversation.departmentId)
      startTransfer(world, conversation, { toOperatorId, toDepartmentId, fromOperatorId: operatorId })
      if (answer === 'accept') acceptTransfer(world, conversation, toOperatorId)
      if (answer === 'reject') rejectTransfer(world, conversation)
    },
    acceptTransfer: (id) => acceptTransfer(world, offered(id), operatorId),
    rejectTransfer: (id) => rejectTransfer(world, offered(id)),
    close: (id) => endConversation(world, mine(id), 'agent'),
  }
}
