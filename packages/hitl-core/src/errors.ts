export type HitlErrorCode =
  | 'configuration'
  | 'reauthorization_required'
  | 'provider_http'
  | 'rate_limited'
  | 'provider_unreachable'
  | 'thread_closed'
  | 'session_not_found'
  | 'webhook_verification'
  | 'webhook_payload'
  | 'media'
  | 'busy'

export type HitlErrorOptions = { provider?: string; retryable?: boolean; cause?: unknown }

/**
 * Base of every error we throw. The message says what happened and what to do next, and holds no secret, token,
 * expected signature, request or response body. `retryable` tells whether the same call may succeed later.
 */
export abstract class HitlError extends Error {
  abstract get code(): HitlErrorCode
  readonly provider: string | undefined
  readonly retryable: boolean

  constructor(message: string, options: HitlErrorOptions = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause })
    this.name = new.target.name
    this.provider = options.provider
    this.retryable = options.retryable ?? false
  }
}

/** A setting is wrong or missing. `setting` is its key in the settings form. */
export class ConfigurationError extends HitlError {
  get code(): HitlErrorCode {
    return 'configuration'
  }
  readonly setting: string

  constructor(setting: string, message: string, options?: HitlErrorOptions) {
    super(message, options)
    this.setting = setting
  }
}

/** The provider refused the refresh credential for good. Somebody has to connect the account again. */
export class ReauthorizationRequiredError extends HitlError {
  get code(): HitlErrorCode {
    return 'reauthorization_required'
  }
  /** The provider's own short error code, when it gave one. */
  readonly reason: string | undefined

  constructor(message: string, options: HitlErrorOptions & { reason?: string } = {}) {
    super(message, options)
    this.reason = options.reason
  }
}

/** The provider answered and said no. `status` is the HTTP status, `type` the provider's own short error code. */
export class ProviderHttpError extends HitlError {
  get code(): HitlErrorCode {
    return 'provider_http'
  }
  readonly status: number
  readonly type: string | undefined

  constructor(message: string, details: { status: number; type?: string | undefined }, options?: HitlErrorOptions) {
    super(message, options)
    this.status = details.status
    this.type = details.type
  }
}

/** The provider asks us to wait. `retryAfterMs` is its own wish in ms, when it said one. */
export class RateLimitedError extends ProviderHttpError {
  override get code(): HitlErrorCode {
    return 'rate_limited'
  }
  readonly retryAfterMs: number | undefined

  constructor(
    message: string,
    details: { status: number; retryAfterMs?: number | undefined },
    options?: HitlErrorOptions
  ) {
    super(message, details, { retryable: true, ...options })
    this.retryAfterMs = details.retryAfterMs
  }
}

/** No answer: a network failure, or the deadline of the step has passed. `sent` tells whether the call may have run. */
export class ProviderUnreachableError extends HitlError {
  get code(): HitlErrorCode {
    return 'provider_unreachable'
  }
  readonly sent: boolean

  constructor(message: string, details: { sent: boolean }, options?: HitlErrorOptions) {
    super(message, { retryable: true, ...options })
    this.sent = details.sent
  }
}

/** The thread takes no more messages. Core ends the HITL session when it sees this. */
export class ThreadClosedError extends HitlError {
  get code(): HitlErrorCode {
    return 'thread_closed'
  }
}

/** There is no session for this conversation or key. */
export class SessionNotFoundError extends HitlError {
  get code(): HitlErrorCode {
    return 'session_not_found'
  }
}

/** The webhook is not authentic: answered 401. */
export class WebhookVerificationError extends HitlError {
  get code(): HitlErrorCode {
    return 'webhook_verification'
  }
}

/** The webhook cannot be read: answered 400. */
export class WebhookPayloadError extends HitlError {
  get code(): HitlErrorCode {
    return 'webhook_payload'
  }
}

/** A media item could not be fetched: too large, too slow, not allowed, or refused. */
export class MediaError extends HitlError {
  get code(): HitlErrorCode {
    return 'media'
  }
}

/** A start or another step of the same session is at work: the provider should deliver the event again. */
export class BusyError extends HitlError {
  get code(): HitlErrorCode {
    return 'busy'
  }
}
