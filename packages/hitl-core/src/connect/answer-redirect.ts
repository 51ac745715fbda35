import { isApiError } from '@botpress/sdk'
import { HitlError } from '../errors'
import type { PlatformResponse } from '../webhook'
import { type ConnectPage, renderPage } from './connect-page'

/** A page whatever happens: a person is looking at it. */
export async function answerRedirect(
  clean: (text: string) => string,
  run: () => Promise<ConnectPage>
): Promise<PlatformResponse> {
  try {
    return renderPage(await run(), clean)
  } catch (error) {
    return renderPage(pageOf(error), clean)
  }
}

function pageOf(error: unknown): ConnectPage {
  const title = 'Nothing was connected'
  if (error instanceof HitlError) return { status: error.retryable ? 503 : 400, title, lines: [error.message] }
  // Messages of Botpress may quote what it was given.
  return isApiError(error)
    ? { status: 503, title, lines: [`Botpress could not do its part (${error.type}). Try again in a minute.`] }
    : { status: 500, title, lines: ['The integration met an unexpected problem. Try again.'] }
}
