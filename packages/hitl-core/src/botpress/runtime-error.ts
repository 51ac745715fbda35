import { isApiError, RuntimeError } from '@botpress/sdk'
import { HitlError } from '../errors'

/**
 * Our errors as the one kind of error whose text a bot builder gets to see. Other errors go on as they are: the SDK
 * hides their text.
 */
export async function withRuntimeErrors<T>(clean: (text: string) => string, run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (error) {
    if (error instanceof HitlError) throw new RuntimeError(clean(error.message))
    if (isApiError(error) && error.type === 'ResourceNotFound') {
      throw new RuntimeError('Botpress does not know this conversation or user. Was it deleted?')
    }
    throw error
  }
}
