import { newErrorId } from './ids'

/** The types this emulator answers with, and their HTTP status. */
const STATUS = {
  InvalidPayload: 400,
  InvalidQuery: 400,
  Unauthorized: 401,
  Forbidden: 403,
  ResourceNotFound: 404,
  MethodNotFound: 405,
  PayloadTooLarge: 413,
  RateLimited: 429,
  Internal: 500,
} as const

export type ApiErrorType = keyof typeof STATUS

/** A refusal of the Runtime API. On the wire: `{id, code, type, message}`. */
export class ApiError extends Error {
  readonly type: ApiErrorType

  constructor(type: ApiErrorType, message: string) {
    super(message)
    this.type = type
  }

  get status(): (typeof STATUS)[ApiErrorType] {
    return STATUS[this.type]
  }

  toWire(now: number): { id: string; code: number; type: string; message: string } {
    return { id: newErrorId(now), code: this.status, type: this.type, message: this.message }
  }
}

export function invalid(message: string): ApiError {
  return new ApiError('InvalidPayload', message)
}

export function notFound(what: string, id: string): ApiError {
  return new ApiError('ResourceNotFound', `${what} "${id}" doesn't exist`)
}
