const HIDDEN = '***'
const SHORTEST_SECRET = 4
const AUTHORIZATION = /\b(Bearer|Basic)\s+[^\s"',;]+/gi
const QUERY_PARAMETER = /([?&#][\w.%[\]-]*(?:token|code|secret|key|signature|password)(?:\]|%5D)?=)[^&#\s"'<>]+/gi

/**
 * A log line without the given secrets (shorter than 4 characters are left, they would blank out ordinary words),
 * without Bearer and Basic credentials, and without values of query parameters whose name ends in token, code, secret,
 * key, signature or password. A safety net: a line should not be built from secrets to begin with.
 */
export function redact(text: string, secrets: readonly string[]): string {
  return hideSecrets(text, secrets).replace(AUTHORIZATION, `$1 ${HIDDEN}`).replace(QUERY_PARAMETER, `$1${HIDDEN}`)
}

function hideSecrets(text: string, secrets: readonly string[]): string {
  const pattern = patternOf(secrets)
  return pattern ? text.replace(pattern, HIDDEN) : text
}

/** Every line of an installation hides the same secrets. */
let latest: { secrets: readonly string[]; pattern: RegExp | undefined } | undefined

function patternOf(secrets: readonly string[]): RegExp | undefined {
  const isSame = latest?.secrets.length === secrets.length && secrets.every((one, i) => one === latest?.secrets[i])
  if (!latest || !isSame) latest = { secrets: [...secrets], pattern: compile(secrets) }
  return latest.pattern
}

function compile(secrets: readonly string[]): RegExp | undefined {
  const longestFirst = secrets
    .filter((secret) => secret.length >= SHORTEST_SECRET)
    .toSorted((a, b) => b.length - a.length)
    .map((secret) => secret.replace(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`))
  return longestFirst.length === 0 ? undefined : new RegExp(longestFirst.join('|'), 'g')
}
