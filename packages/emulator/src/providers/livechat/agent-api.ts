import type { Context } from 'hono'
import { authenticateAgent } from './agent-call'
import { agentChatActions, type AgentAction } from './agent-chats'
import { agentReadingActions } from './agent-reading'
import type { Answer } from './customer-call'
import { readPayload, readUploadedFile } from './http'
import { storeUpload } from './uploads'
import type { World } from './world'

export const agentActions: Readonly<Record<string, AgentAction>> = { ...agentChatActions, ...agentReadingActions }

/** Serves the Configuration API as well: both take the same credentials. */
export const runAgentAction = async (world: World, c: Context, action: AgentAction): Promise<Answer> => {
  const caller = authenticateAgent(world, c)
  return action({ ...caller, world, fields: await readPayload(c) })
}

/** Needs no scope. */
export const agentUpload = async (world: World, c: Context): Promise<Answer> => {
  authenticateAgent(world, c)
  return { url: storeUpload(world, await readUploadedFile(c)).url }
}
