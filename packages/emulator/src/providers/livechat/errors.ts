import type { ContentfulStatusCode } from 'hono/utils/http-status'

/**
 * Error types of the Customer, Agent and Configuration APIs. LiveChat documents the types but no HTTP status for them,
 * so this column is ours: a client must decide on `error.type`.
 * https://platform.text.com/docs/messaging/customer-chat-api#errors
 */
export const statusByErrorType = {
  authentication: 401,
  authorization: 403,
  missing_access: 403,
  not_allowed: 403,
  customer_banned: 403,
  not_found: 404,
  group_not_found: 404,
  license_not_found: 404,
  entity_too_large: 413,
  misdirected_request: 421,
  already_exists: 422,
  chat_anonymized: 422,
  chat_inactive: 422,
  group_offline: 422,
  group_unavailable: 422,
  groups_offline: 422,
  license_expired: 422,
  limit_reached: 422,
  unsupported_version: 422,
  validation: 422,
  wrong_product_version: 422,
  too_many_requests: 429,
  internal: 500,
  service_unavailable: 503,
  request_timeout: 504,
} satisfies Record<string, ContentfulStatusCode>

export type ErrorType = keyof typeof statusByErrorType

const statuses: Readonly<Record<string, ContentfulStatusCode>> = statusByErrorType

/** An answer `{error: {type, message, data?}}`. The type is any string, because two raw types are not documented. */
export class LiveChatError extends Error {
  override readonly name = 'LiveChatError'

  constructor(
    readonly type: string,
    message: string,
    readonly data?: Readonly<Record<string, unknown>>
  ) {
    super(message)
  }

  get status(): ContentfulStatusCode {
    return statuses[this.type] ?? 422
  }

  get body(): { error: { type: string; message: string; data?: Readonly<Record<string, unknown>> } } {
    const { type, message, data } = this
    return { error: { type, message, ...(data === undefined ? {} : { data }) } }
  }
}

/** `refuse('chat_inactive', …)`: an error of a documented type. */
export const refuse = (type: ErrorType, message: string, data?: Readonly<Record<string, unknown>>): LiveChatError =>
  new LiveChatError(type, message, data)

export const invalid = (message: string): LiveChatError => refuse('validation', message)

export type OauthException =
  | 'bad_request'
  | 'invalid_request'
  | 'unauthorized_client'
  | 'access_denied'
  | 'unsupported_grant_type'
  | 'invalid_grant'
  | 'resource_not_found'

/** An answer of accounts.livechat.com: always 401 with `oauth_exception` (Customer Accounts API v2 spec). */
export class AccountsError extends Error {
  override readonly name = 'AccountsError'

  constructor(
    readonly code: OauthException,
    description: string
  ) {
    super(description)
  }

  get body(): { oauth_exception: OauthException; exception_description: string } {
    return { oauth_exception: this.code, exception_description: this.message }
  }
}
