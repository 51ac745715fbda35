import { isApiError } from '@botpress/sdk'
import type * as z from 'zod/mini'
import type { BotpressPort, StateAddress, StatePayload } from './port'

const isMissing = (error: unknown) => isApiError(error) && error.type === 'ResourceNotFound'

async function unlessMissing<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

/** The conversation, or undefined when it does not exist (any more). */
export const findConversation = async (client: BotpressPort, id: string) =>
  (await unlessMissing(client.getConversation({ id })))?.conversation

/** The user, or undefined when it does not exist (any more). */
export const findUser = async (client: BotpressPort, id: string) => (await unlessMissing(client.getUser({ id })))?.user

/** The state's payload, or undefined when there is none or it has another shape. */
export async function readState<T>(
  client: BotpressPort,
  address: StateAddress,
  schema: z.ZodMiniType<T>
): Promise<T | undefined> {
  const found = await unlessMissing(client.getState(address))
  const parsed = schema.safeParse(found?.state.payload)
  return parsed.success ? parsed.data : undefined
}

/**
 * Atomic "first one wins": writes `payload` unless something is there already, and returns what is there now.
 * @param expiryMs after which the state is gone; it stays when absent
 */
export async function claimState<T>(
  client: BotpressPort,
  address: StateAddress,
  payload: StatePayload,
  schema: z.ZodMiniType<T>,
  expiryMs?: number
): Promise<T> {
  const { state } = await client.getOrSetState({
    ...address,
    payload,
    ...(expiryMs === undefined ? {} : { expiry: expiryMs }),
  })
  return schema.parse(state.payload)
}

export async function removeState(client: BotpressPort, address: StateAddress): Promise<void> {
  await client.setState({ ...address, payload: null })
}
