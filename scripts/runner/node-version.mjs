const REQUIRED = { major: 20, minor: 19 }

/**
 * @param {string} version as `process.version` gives it
 * @returns {string | undefined} one sentence when this Node is too old
 */
export function nodeVersionProblem(version) {
  const parts = /^v?(\d+)\.(\d+)/.exec(version)
  const major = parts ? Number(parts[1]) : 0
  const minor = parts ? Number(parts[2]) : 0
  if (major > REQUIRED.major || (major === REQUIRED.major && minor >= REQUIRED.minor)) return undefined
  return 'This project needs Node ' + REQUIRED.major + '.' + REQUIRED.minor + ' or newer; you have ' + version + '.'
}
