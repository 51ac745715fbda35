import { randomUUID } from 'node:crypto'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { Fault } from '../../faults'
import { given, type View } from './view'

/** The optional members of the error envelope. https://developers.hubspot.com/docs/api-reference/error-handling */
export type ErrorDetail = {
  subCategory?: string
  context?: Record<string, string[]>
  errors?: { message: string; code?: string; in?: string; context?: Record<string, string[]> }[]
}

/** An answer in the envelope all JSON APIs share. */
export class HubSpotError extends Error {
  override readonly name = 'HubSpotError'

  constructor(
    readonly status: ContentfulStatusCode,
    readonly category: string,
    message: string,
    readonly detail: ErrorDetail = {}
  ) {
    super(message)
  }

  get body(): View {
    const { message, category, detail } = this
    return { status: 'error', message, correlationId: randomUUID(), category, ...detail }
  }
}

export const invalid = (message: string, detail?: ErrorDetail): HubSpotError =>
  new HubSpotError(400, 'VALIDATION_ERROR', message, detail)

export const notFound = (message: string): HubSpotError => new HubSpotError(404, 'OBJECT_NOT_FOUND', message)

export const conflict = (message: string): HubSpotError => new HubSpotError(409, 'CONFLICT', message)

/** For what HubSpot has and this emulator has not, inside a route that exists: as loud as an unlisted route. */
export const notEmulated = (message: string): HubSpotError => new HubSpotError(501, 'NOT_EMULATED', message)

/**
 * What the token endpoints answer. The newer ones have both pairs of fields, v1 only `status` and `message`.
 * https://developers.hubspot.com/changelog (New OAuth v3 API endpoints)
 */
export class OauthError extends Error {
  override readonly name = 'OauthError'

  constructor(
    readonly error: string,
    readonly code: string,
    message: string,
    readonly oldMessage = message
  ) {
    super(message)
  }

  bodyFor(isV1: boolean): View {
    if (isV1) return { status: this.code, message: this.oldMessage, correlationId: randomUUID() }
    return { error: this.error, error_description: this.message, status: this.code, message: this.message }
  }
}

export type RateLimitPolicy = 'DAILY' | 'TEN_SECONDLY_ROLLING' | 'SECONDLY'

/** A 429 as HubSpot words it, for `emulator.faults.add`. `Retry-After` is not documented, so absent unless told. */
export const rateLimitFault = (policyName: RateLimitPolicy, retryAfterSeconds?: number): Fault => {
  const period = { DAILY: 'daily', TEN_SECONDLY_ROLLING: 'ten_secondly_rolling', SECONDLY: 'secondly' }[policyName]
  const headers = given({ 'retry-after': retryAfterSeconds === undefined ? undefined : String(retryAfterSeconds) })
  return {
    kind: 'status',
    status: 429,
    body: {
      status: 'error',
      message: `You have reached your ${period} limit.`,
      errorType: 'RATE_LIMIT',
      policyName,
      correlationId: randomUUID(),
      requestId: randomUUID(),
    },
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)])),
  }
}
