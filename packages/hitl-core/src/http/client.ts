import http from 'node:http'
import https from 'node:https'
import axios from 'axios/dist/node/axios.cjs'
import type { AxiosError, AxiosRequestConfig, AxiosResponse } from 'axios'
import { HitlError, MediaError, ProviderHttpError, ProviderUnreachableError, RateLimitedError } from '../errors'
import { assertPublicHttpUrl, guardedLookup } from '../media/address-guard'
import { type Deadline, sleep } from './deadline'
import type { Download, Headers, HttpClient, HttpCredential, HttpRequest, HttpResponse } from './request'
import { beforeSending, markAfterDoubt, mayHaveRun, readRetryAfterMs, retryWaitMs } from './retry'

const CALL_TIMEOUT_MS = 15_000
const MAX_RESPONSE_BYTES = 8 * 1024 * 1024
const MAX_REDIRECTS = 3

/** @param provider product name, for error texts */
export function createHttpClient(provider: string, deadline: Deadline): HttpClient {
  return {
    request: (request) => requestWithRetry(provider, deadline, request),
    download: (url, limits) => download(provider, deadline, url, limits),
  }
}

async function requestWithRetry(provider: string, deadline: Deadline, request: HttpRequest): Promise<HttpResponse> {
  let { credential } = request
  let isInDoubt = false
  for (let attempt = 1; ; attempt += 1) {
    try {
      const response = await send(provider, deadline, request, credential, async (refused) => {
        await credential?.renew?.(refused)
        // One renewal, however often the call is repeated for other reasons.
        credential = credential && { headers: credential.headers }
      })
      return response
    } catch (error) {
      if (!(error instanceof HitlError)) throw error
      const { repeatable } = request
      const wait = retryWaitMs(error, { attempt, repeatable, remainingMs: deadline.remainingMs() })
      if (isInDoubt) markAfterDoubt(error)
      if (wait === undefined) throw error
      isInDoubt ||= mayHaveRun(error)
      await sleep(wait)
    }
  }
}

/** One call, and once more with a renewed credential when that was refused. */
async function send(
  provider: string,
  deadline: Deadline,
  request: HttpRequest,
  credential: HttpCredential | undefined,
  renew: (refused: Headers) => Promise<void>
): Promise<HttpResponse> {
  const headers = credential ? await beforeSending(credential.headers()) : {}
  const response = await exchange(provider, deadline, request, headers)
  const verdict = request.judge?.(response) ?? judgeByStatus(provider, request, response)
  if (verdict === undefined) return response
  if (verdict !== 'unauthorized') throw verdict
  if (!credential?.renew) {
    const message = `${provider} does not accept the credential for ${describe(request)}.`
    throw new ProviderHttpError(message, { status: response.status, type: CREDENTIAL_REFUSED }, { provider })
  }
  await beforeSending(renew(headers))
  return send(provider, deadline, request, { headers: credential.headers }, renew)
}

/** Type of the error when a credential is refused and cannot be renewed, or was renewed in vain. */
export const CREDENTIAL_REFUSED = 'credential_refused'

async function exchange(
  provider: string,
  deadline: Deadline,
  request: HttpRequest,
  headers: Headers
): Promise<HttpResponse> {
  const timeoutMs = Math.min(
    request.timeoutMs ?? CALL_TIMEOUT_MS,
    Math.max(0, deadline.remainingMs() - (request.reserveMs ?? 0))
  )
  const where = describe(request)
  if (timeoutMs === 0) {
    const message = `${provider}: no time was left for ${where}.`
    throw new ProviderUnreachableError(message, { sent: false }, { provider })
  }
  const body = bodyOf(request)
  const config: AxiosRequestConfig<unknown> = {
    data: body.data,
    method: request.method,
    url: request.url,
    params: request.query,
    headers: { ...body.headers, ...request.headers, ...headers },
    signal: AbortSignal.timeout(timeoutMs),
    maxRedirects: 0,
    maxContentLength: MAX_RESPONSE_BYTES,
    maxBodyLength: Number.POSITIVE_INFINITY,
    responseType: 'text',
    transformResponse: (text: unknown) => text,
    validateStatus: () => true,
  }
  try {
    return toResponse(await axios.request<unknown>(config))
  } catch (error) {
    throw unreachable(provider, where, error)
  }
}

function bodyOf({ json, form, file }: HttpRequest): { data?: unknown; headers?: Headers } {
  // Written out here: axios sends JSON that is a text or a number as it is.
  if (json !== undefined) return { data: JSON.stringify(json), headers: { 'content-type': 'application/json' } }
  if (!file) return form ? { data: new URLSearchParams(form) } : {}
  const data = new FormData()
  for (const [name, value] of Object.entries(form ?? {})) data.append(name, value)
  data.append(file.field, new Blob([Uint8Array.from(file.bytes)], { type: file.contentType }), file.name)
  return { data }
}

function toResponse(response: AxiosResponse<unknown>): HttpResponse {
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(response.headers)) {
    if (value !== undefined && value !== null) headers[name.toLowerCase()] = String(value)
  }
  const setCookie: unknown = response.headers['set-cookie']
  const text = typeof response.data === 'string' ? response.data : ''
  return {
    status: response.status,
    headers,
    setCookies: Array.isArray(setCookie) ? setCookie.map(String) : [],
    text,
    json: parseJson(text),
  }
}

function parseJson(text: string): unknown {
  if (text === '') return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function judgeByStatus(provider: string, request: HttpRequest, response: HttpResponse) {
  if (response.status >= 200 && response.status < 300) return judgeBody(provider, request, response)
  return response.status === 401 ? 'unauthorized' : refused(provider, request, response)
}

/** A page of somebody in between, or the half of an answer: nobody knows what became of the call. */
function judgeBody(provider: string, request: HttpRequest, { status, text, json }: HttpResponse) {
  if (json !== undefined || text.trim() === '') return undefined
  const message = `${provider}'s answer to ${describe(request)} is not as documented.`
  return new ProviderHttpError(message, { status }, { provider, retryable: true })
}

/** The error for a response that says no, by its status. */
function refused(provider: string, request: HttpRequest, { status, headers }: HttpResponse): HitlError {
  const where = describe(request)
  if (status === 429) {
    const retryAfterMs = readRetryAfterMs(headers['retry-after'], Date.now())
    return new RateLimitedError(
      `${provider} limits the rate of calls (${where}).`,
      { status, retryAfterMs },
      { provider }
    )
  }
  const retryable = status === 408 || status >= 500
  return new ProviderHttpError(`${provider} answered ${status} to ${where}.`, { status }, { provider, retryable })
}

const NEVER_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'])

/** axios errors carry headers and bodies: only their code goes on. */
function unreachable(provider: string, where: string, error: unknown): ProviderUnreachableError {
  const code = axios.isAxiosError(error) ? codeOf(error) : 'unknown'
  const message = `${provider} could not be reached for ${where} (${code}).`
  return new ProviderUnreachableError(message, { sent: !NEVER_SENT.has(code) }, { provider })
}

const codeOf = (error: AxiosError) => (error.code === 'ERR_CANCELED' ? 'no answer in time' : (error.code ?? 'no code'))

/** Method, host and path: nothing that could hold a secret. */
function describe({ method, url }: HttpRequest): string {
  const { host, pathname } = new URL(url)
  return `${method} ${host}${pathname}`
}

const guardedAgents = {
  httpAgent: new http.Agent({ lookup: guardedLookup }),
  httpsAgent: new https.Agent({ lookup: guardedLookup }),
}

async function download(
  provider: string,
  deadline: Deadline,
  url: string,
  { maxBytes, timeoutMs }: { maxBytes: number; timeoutMs: number }
): Promise<Download> {
  const target = assertPublicHttpUrl(url)
  try {
    const response = await axios.request<ArrayBuffer>({
      ...guardedAgents,
      url: target.href,
      responseType: 'arraybuffer',
      signal: AbortSignal.timeout(Math.min(timeoutMs, deadline.remainingMs())),
      maxContentLength: maxBytes,
      maxRedirects: MAX_REDIRECTS,
      proxy: false,
      beforeRedirect: (options: { href?: string }) => void assertPublicHttpUrl(options.href ?? ''),
    })
    const contentType = response.headers['content-type']
    return {
      bytes: new Uint8Array(response.data),
      contentType: typeof contentType === 'string' && contentType !== '' ? contentType : 'application/octet-stream',
    }
  } catch (error) {
    if (error instanceof HitlError) throw error
    const status =
      axios.isAxiosError(error) && error.response ? `status ${error.response.status}` : 'no complete answer'
    throw new MediaError(`A file of the end user could not be fetched (${status}).`, { provider })
  }
}
