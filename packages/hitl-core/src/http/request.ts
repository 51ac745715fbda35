import type { HitlError } from '../errors'

export type HttpMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

export type Headers = Readonly<Record<string, string>>

export type HttpCredential = {
  headers(): Promise<Headers>
  /** Called once with the headers the provider refused; absent when the credential cannot be renewed. */
  renew?(refused: Headers): Promise<void>
}

export type HttpFile = { field: string; name: string; contentType: string; bytes: Uint8Array }

export type HttpRequest = {
  method: HttpMethod
  url: string
  query?: Readonly<Record<string, string>>
  headers?: Headers
  credential?: HttpCredential
  json?: unknown
  /** Sent URL-encoded, or beside the file. */
  form?: Readonly<Record<string, string>>
  file?: HttpFile
  /** Whether the call may run twice without harm. Reads are; a call that sends a message is not. */
  repeatable: boolean
  /** How long one attempt may take, in ms; 15 seconds when absent. The step's deadline holds in any case. */
  timeoutMs?: number
  /** Time that must be left of the step when the call is given up, in ms, to find out what became of it. */
  reserveMs?: number
  /**
   * Tells what a response means, for providers that do not speak through the status alone.
   * `unauthorized` renews the credential and repeats once; an error is thrown; undefined leaves it to the status.
   */
  judge?(response: HttpResponse): 'unauthorized' | HitlError | undefined
}

export type HttpResponse = {
  status: number
  /** Names in lower case. */
  headers: Readonly<Record<string, string | undefined>>
  setCookies: readonly string[]
  text: string
  /** The body as JSON, or undefined when it is none. */
  json: unknown
}

export type HttpClient = {
  /**
   * @throws RateLimitedError, ProviderHttpError, ProviderUnreachableError, or what `judge` says. No error holds a
   * header, a query or a body.
   */
  request(request: HttpRequest): Promise<HttpResponse>
  /** Fetches a file an end user sent. @throws MediaError when it is too large, too slow, refused or not public. */
  download(url: string, limits: { maxBytes: number; timeoutMs: number }): Promise<Download>
}

export type Download = { bytes: Uint8Array; contentType: string }
