const CAUSES = [
  {
    pattern: /ERR_PNPM_OUTDATED_LOCKFILE|ERR_PNPM_LOCKFILE_CONFIG_MISMATCH|ERR_PNPM_NO_LOCKFILE/,
    sentence:
      'pnpm-lock.yaml does not match the package.json files; run `npx pnpm@10.34.9 install` and commit the result.',
  },
  {
    pattern:
      /\b(ENOTFOUND|ECONNREFUSED|ECONNRESET|EAI_AGAIN|ETIMEDOUT|ENETUNREACH|ERR_SOCKET_TIMEOUT)\b|ERR_PNPM_META_FETCH_FAIL/,
    sentence: 'The package registry cannot be reached; check the network and the proxy settings, then try again.',
  },
  { pattern: /\bENOSPC\b/, sentence: 'The disk is full; make room, then try again.' },
  {
    pattern: /\b(EACCES|EPERM|EROFS)\b/,
    sentence: 'A file of this project cannot be written; check who owns the folder, then try again.',
  },
]

/**
 * @param {string} output what the package manager printed
 * @returns {string} one sentence that says what to do
 */
export function explainInstallFailure(output) {
  const cause = CAUSES.find(({ pattern }) => pattern.test(output))
  return cause ? cause.sentence : 'Installing the packages failed; the lines above say why.'
}

/**
 * @param {string} output what a command run through npx printed
 * @returns {string | undefined} a sentence when npx itself failed, before the command ran
 */
export function explainNpxFailure(output) {
  return /^npm (error|ERR!)/m.test(output) ? explainInstallFailure(output) : undefined
}
