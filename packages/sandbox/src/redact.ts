const SECRET_NAME = /token|secret|cookie|password|authorization|refresh|signature/i
/** The shapes of credentials that may stand in the middle of a text. */
const SECRET_SHAPE = /\b(?:bp_iak_\w+|(?:dal|fra):[\w-]{8,}|(?:Bearer|Basic)\s+[^\s,;"']+)/g
/** Addresses of files may be signed. */
const SECRET_PARAMETER = /([?&](?:signature|sig|token|hapikey)=)[^&\s"']+/gi
const HIDDEN = '***'

/** A body as `--verbose` may show it: no value of a secret field, and no secret inside any text. */
export function redacted(value: unknown, secrets: readonly string[], name = ''): unknown {
  if (typeof value === 'string') return SECRET_NAME.test(name) ? HIDDEN : withoutSecrets(value, secrets)
  if (Array.isArray(value)) return value.map((one: unknown) => redacted(one, secrets, name))
  if (typeof value !== 'object' || value === null) return value
  const nameOf = (key: string) => (SECRET_NAME.test(name) ? name : key)
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, redacted(one, secrets, nameOf(key))]))
}

export function withoutSecrets(text: string, secrets: readonly string[]): string {
  // A secret may begin with another one.
  const longestFirst = secrets.toSorted((a, b) => b.length - a.length)
  return longestFirst
    .reduce((rest, secret) => rest.replaceAll(secret, HIDDEN), text)
    .replace(SECRET_SHAPE, HIDDEN)
    .replace(SECRET_PARAMETER, `$1${HIDDEN}`)
}
