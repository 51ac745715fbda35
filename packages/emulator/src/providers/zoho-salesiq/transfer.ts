import { assign, noteTransfer } from './conversations'
import type { Conversation, Transfer } from './entities'
import { emitAttenderUpdated, emitTransfer } from './events'
import type { World } from './world'

export const startTransfer = (world: World, conversation: Conversation, transfer: Transfer): void => {
  noteTransfer(world, conversation, transfer)
  emitTransfer(world, conversation, 'initiated')
}

/** What is reported depends on `transferEvent`: whether `attender.updated` fires again is not documented [?]. */
export const acceptTransfer = (world: World, conversation: Conversation, operatorId: string): void => {
  const departmentId = conversation.transfer?.toDepartmentId
  if (departmentId !== undefined) conversation.departmentId = departmentId
  assign(world, conversation, operatorId)
  const { transferEvent } = world.settings
  if (transferEvent !== 'attender') emitTransfer(world, conversation, 'accepted')
  if (transferEvent !== 'transfer') emitAttenderUpdated(world, conversation)
}

export const rejectTransfer = (world: World, conversation: Conversation): void => {
  delete conversation.transfer
  emitTransfer(world, conversation, 'rejected')
}
