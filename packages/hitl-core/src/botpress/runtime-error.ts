import { isApiError, RuntimeError } from '@botpress/sdk'
import type { Log } from '../adapter'
import { HitlError } from '../errors'

/**
 * Every error as the one kind whose text a bot builder gets to see, cleaned of secrets. The text of an error we did not
 * foresee goes to the log only, and the SDK, which would log it as it is, never sees it.
 */
export async function withRuntimeErrors<T>(
  clean: (text: string) => string,
  log: Pick<Log, 'error'>,
  run: () => Promise<T>
): Promise<T> {
  try {
    return await run()
  } catch (error) {
    if (error instanceof HitlError) throw new RuntimeError(clean(error.message))
    if (isApiError(error)) throw new RuntimeError(describeApiError(error.type))
    log.error(`Unexpected error: ${error instanceof Error ? `${error.name}: ${error.message}` : 'not an Error'}`)
    throw new RuntimeError('The integration met an unexpected problem. Its log says more. Try again.')
  }
}

/** The type only: messages of Botpress may quote payloads. */
const describeApiError = (type: string) =>
  type === 'ResourceNotFound'
    ? 'Botpress does not know this conversation or user. Was it deleted?'
    : `Botpress could not do its part (${type}). Try again.`
