export type * from './adapter'
export { BoundedCache } from './bounded-cache'
export { oneAtATime, repeatRegistration } from './botpress/lock'
export type { Platform } from './botpress/platform'
export { type Check, type Findings, prove } from './check'
export { type BrowserConnection, browserConnection } from './connect/browser-connection'
export { createHitlIntegration } from './create-integration'
export * from './errors'
export { CREDENTIAL_REFUSED } from './http/client'
export type {
  Download,
  HttpClient,
  HttpCredential,
  HttpFile,
  HttpMethod,
  HttpRequest,
  HttpResponse,
} from './http/request'
export { sleep } from './http/deadline'
export { isDoubtful, isUnsent, readRetryAfterMs } from './http/retry'
export { codeGrant, type GrantOptions, refreshGrant } from './oauth/refresh-grant'
export { type Ration, sharedGrant } from './oauth/shared-grant'
export { tokenCredential } from './oauth/token-credential'
export type { Token, TokenSource, TokenSourceOptions } from './oauth/token-source'
export type { StoredToken } from './oauth/token-store'
export { hash } from './hash'
export { fileName } from './media/file-name'
export { liveSessions } from './live-sessions'
export { realEmail } from './made-up-email'
export { mediaAsText, splitText } from './parts'
export { isFresh } from './signature/freshness'
export { constantTimeEqual, sign } from './signature/hmac'
export { isSignedBy, readPublicKey } from './signature/public-key'
