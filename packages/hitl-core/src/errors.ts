export type HitlErrorOptions = { provider?: string; retryable?: boolean; cause?: unknown }

/**
 * Base of every error we throw. The message says what happened and what to do next, and holds no secret, token,
 * expected signature, request or response body. `retryable` tells whether the same call may succeed later.
 */
export abstract class HitlError extends Error {
  readonly provider: string | undefined
  readonly retryable: boolean

  constructor(message: string, options: HitlErrorOptions = {}) {
    super(message, options)
    this.name = new.target.name
    this.provider = options.provider
    this.retryable = options.retryable ?? false
  }
}

/** A setting is wrong or missing. `setting` is its key in the settings form. */
export class ConfigurationError extends HitlError {
  readonly setting: string

  constructor(setting: string, message: string, options?: HitlErrorOptions) {
    super(message, options)
    this.setting = setting
  }
}

/** The provider refused the refresh credential for good. Somebody has to connect the account again. */
export class ReauthorizationRequiredError extends HitlError {
  /** The provider's own short error code, when it gave one. */
  readonly reason: string | undefined

  constructor(message: string, options: HitlErrorOptions & { reason?: string } = {}) {
    super(message, options)
    this.reason = options.reason
  }
}

/** The provider answered and said no. `status` is the HTTP status, `type` the provider's own short error code. */
export class ProviderHttpError extends HitlError {
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
  readonly sent: boolean

  constructor(message: string, details: { sent: boolean }, options?: HitlErrorOptions) {
    super(message, { retryable: true, ...options })
    this.sent = details.sent
  }
}

/** The thread takes no more messages. Core ends the HITL session when it sees this. */
export class ThreadClosedError extends HitlError {}

/** There is no session for this conversation or key. */
export class SessionNotFoundError extends HitlError {}

/** The webhook is not authentic: answered 401. */
export class WebhookVerificationError extends HitlError {}

/** The webhook cannot be read: answered 400. */
export class WebhookPayloadError extends HitlError {}

/** A media item could not be fetched: too large, too slow, not allowed, or refused. */
export class MediaError extends HitlError {}

/** A start or another step of the same session is at work: the provider should deliver the event again. */
export class BusyError extends HitlError {}
