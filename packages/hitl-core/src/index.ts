export type * from './adapter'
export { BoundedCache } from './bounded-cache'
export { createHitlIntegration } from './create-integration'
export * from './errors'
export type {
  Download,
  HttpClient,
  HttpCredential,
  HttpFile,
  HttpMethod,
  HttpRequest,
  HttpResponse,
} from './http/request'
export { readRetryAfterMs } from './http/retry'
export { refreshGrant, type RefreshGrantOptions } from './oauth/refresh-grant'
export { tokenCredential } from './oauth/token-credential'
export type { Token, TokenSource, TokenSourceOptions } from './oauth/token-source'
export { mediaAsText, splitText } from './parts'
export { isFresh } from './signature/freshness'
export { constantTimeEqual, sign } from './signature/hmac'
