import { redacted, withoutSecrets } from '@hitl/sandbox/redact'
import type { MadeRequest } from './make-request'

const LONGEST_BODY = 2_000

/** A request as it may be printed: without secrets and signatures, and not at any length. */
export function describedRequest(made: MadeRequest, secrets: readonly string[]): string {
  const { forwarded, recording, session, isAuthentic, forgery } = made
  const { method, path, query, headers, body } = forwarded
  const about = session ? 'about a session of ours' : 'about a thread that no bot opened'
  const proof = isAuthentic ? 'proven' : `not proven${forgery === undefined ? '' : ` (${forgery})`}`
  return [
    `from the recording ${recording}, ${about}, ${proof}`,
    withoutSecrets(`${written(method)} ${written(path)}${query === '' ? '' : `, query ${written(query)}`}`, secrets),
    cut(JSON.stringify(redacted(headers, secrets))),
    body === undefined ? 'no body' : withoutSecrets(cut(body), secrets),
  ].join('\n')
}

const written = (text: string) => cut(JSON.stringify(text).slice(1, -1))

const cut = (text: string) =>
  text.length > LONGEST_BODY ? `${text.slice(0, LONGEST_BODY)} … (${text.length} characters)` : text
