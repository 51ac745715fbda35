import { createHash, createHmac } from 'node:crypto'

/** https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/request-validation */
const decodedEscapes: Readonly<Record<string, string>> = {
  '%3A': ':',
  '%2F': '/',
  '%3F': '?',
  '%40': '@',
  '%21': '!',
  '%24': '$',
  '%27': "'",
  '%28': '(',
  '%29': ')',
  '%2A': '*',
  '%2C': ',',
  '%3B': ';',
}

/** The URI as v3 signs it: these escapes are decoded, others such as `%20` stay [I]. */
export const uriToSign = (uri: string): string =>
  uri.replaceAll(/%[0-9a-f]{2}/gi, (escape) => decodedEscapes[escape.toUpperCase()] ?? escape)

const sha256Hex = (source: string): string => createHash('sha256').update(source, 'utf8').digest('hex')

export const signatureV1 = (clientSecret: string, body: string): string => sha256Hex(clientSecret + body)

export const signatureV2 = (clientSecret: string, method: string, uri: string, body: string): string =>
  sha256Hex(clientSecret + method + uri + body)

export type SignedRequest = { method: string; uri: string; body: string; timestamp: string }

export const signatureV3 = (clientSecret: string, { method, uri, body, timestamp }: SignedRequest): string =>
  createHmac('sha256', clientSecret)
    .update(method + uriToSign(uri) + body + timestamp, 'utf8')
    .digest('base64')
