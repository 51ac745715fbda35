import { isApiError } from '@botpress/sdk'
import type * as z from 'zod/mini'
import type { BotpressConversation, BotpressPort, StateAddress, StatePayload } from './port'

const isMissing = (error: unknown) => isApiError(error) && error.type === 'ResourceNotFound'

/** The conversation, or undefined when it does not exist (any more). */
export async function findConversation(client: BotpressPort, id: string): Promise<BotpressConversation | undefined> {
  try {
    return (await client.getConversation({ id })).conversation
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

/** The state's payload, or undefined when there is none or it has another shape. */
export async function readState<T>(
  client: BotpressPort,
  address: StateAddress,
  schema: z.ZodMiniType<T>
): Promise<T | undefined> {
  try {
    const { state } = await client.getState(address)
    const parsed = schema.safeParse(state.payload)
    return parsed.success ? parsed.data : undefined
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
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
