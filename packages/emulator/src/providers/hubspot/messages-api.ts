import { created, ok, pathPart, query, readJson, type Answer, type Call } from './call'
import { knownChannel } from './channels-api'
import type { Message } from './thread-entities'
import { notFound } from './errors'
import { oneOf, text } from './fields'
import { messageView } from './message-views'
import { messageInChannel, publishMessage } from './publish'
import { readPublish } from './publish-reading'

export const postMessage = async (call: Call): Promise<Answer> => {
  const { world } = call
  query(call).end()
  const channel = knownChannel(world, pathPart(call, 'channelId'))
  const publish = await readPublish(call, channel)
  return created(messageView(world, publishMessage(world, channel, publish)))
}

const messageIn = (call: Call): Message => {
  const channel = knownChannel(call.world, pathPart(call, 'channelId'))
  const id = pathPart(call, 'messageId')
  const message = messageInChannel(call.world, channel, id)
  if (!message) throw notFound(`No message with id ${id} exists`)
  return message
}

export const getMessage = async (call: Call): Promise<Answer> => {
  query(call).end()
  return ok(messageView(call.world, messageIn(call)))
}

/** How a delivery went, for the agent to see. That an errorMessage belongs to FAILED alone is our reading [I]. */
export const patchMessage = async (call: Call): Promise<Answer> => {
  query(call).end()
  const message = messageIn(call)
  const fields = await readJson(call)
  const status = fields.required('statusType', oneOf('SENT', 'FAILED', 'READ'))
  const errorMessage = fields.optional('errorMessage', text)
  fields.end()
  message.status = status
  if (status === 'FAILED' && errorMessage !== undefined) message.failure = errorMessage
  else delete message.failure
  return ok(messageView(call.world, message))
}
