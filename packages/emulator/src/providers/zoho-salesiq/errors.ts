import type { ContentfulStatusCode } from 'hono/utils/http-status'

/** https://www.zoho.com/salesiq/help/developer-section/rest-api-v2.html (error codes) */
const documentedCodes = {
  MISSING_AUTHORIZATION: 1002,
  WRONG_METHOD: 1004,
  WRONG_SCREEN_NAME: 1005,
  INVALID_URL: 1006,
  INVALID_PARAMETER: 1007,
  INVALID_TOKEN: 1008,
  INVALID_SCOPE: 1009,
} as const

/** Inferred: no page gives codes for these, so a client must not rely on them. Chosen outside the documented ones. */
const inferredCodes = {
  NOT_FOUND: 1011,
  CLOSED: 1012,
  NO_OPERATOR: 1013,
  FILE_TOO_LARGE: 1014,
  WEBHOOK_URL_REFUSED: 1015,
  TOO_MANY_KEYS: 1016,
} as const

export const errorCodes = { ...documentedCodes, ...inferredCodes } as const

export type ErrorName = keyof typeof errorCodes

/** Used with the setting `errorStatus: 'matching'`; the documentation says 200 for all of them. */
export const matchingStatuses = {
  MISSING_AUTHORIZATION: 401,
  WRONG_METHOD: 405,
  WRONG_SCREEN_NAME: 404,
  INVALID_URL: 404,
  INVALID_PARAMETER: 400,
  INVALID_TOKEN: 401,
  INVALID_SCOPE: 403,
  NOT_FOUND: 404,
  CLOSED: 400,
  NO_OPERATOR: 400,
  FILE_TOO_LARGE: 400,
  WEBHOOK_URL_REFUSED: 400,
  TOO_MANY_KEYS: 400,
} satisfies Record<ErrorName, ContentfulStatusCode>

/** Which part of the request is wrong; the documentation calls these optional. */
export type Culprit = { json_key?: string; param?: string; header?: string }

/** An answer `{error: {code, message}}` of SalesIQ. */
export class SalesIqError extends Error {
  override readonly name = 'SalesIqError'

  constructor(
    readonly kind: ErrorName,
    message: string,
    readonly culprit: Culprit = {}
  ) {
    super(message)
  }

  get body(): { error: { code: number; message: string } & Culprit } {
    return { error: { code: errorCodes[this.kind], message: this.message, ...this.culprit } }
  }
}

export const refuse = (kind: ErrorName, message: string, culprit?: Culprit): SalesIqError =>
  new SalesIqError(kind, message, culprit)

export const invalid = (message: string, culprit?: Culprit): SalesIqError =>
  refuse('INVALID_PARAMETER', message, culprit)

/** An answer `{error}` of the accounts server, with HTTP 200. All but the first three are inferred. */
export type OauthErrorCode =
  | 'invalid_client'
  | 'invalid_client_secret'
  | 'invalid_code'
  | 'invalid_redirect_uri'
  | 'unsupported_grant_type'
  | 'invalid_request'

export class AccountsError extends Error {
  override readonly name = 'AccountsError'

  constructor(
    readonly body: { error: OauthErrorCode } | { error: 'Access Denied'; error_description: string; status: 'failure' }
  ) {
    super(body.error)
  }
}

export const oauthError = (error: OauthErrorCode): AccountsError => new AccountsError({ error })
