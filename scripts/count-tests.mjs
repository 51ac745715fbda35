// Prints `N passed, N failed[, N skipped]` from a vitest JSON report, and fails unless all tests that ran passed. When
// browser tests were skipped, the line before says how many and why.
import { existsSync, readFileSync } from 'node:fs'
import { findBrowser, thisMachine } from './runner/browser.mjs'

/**
 * @typedef {{ name?: string, status: string, assertionResults: readonly { status: string }[] }} TestFile
 * @typedef {{ passed: number, failed: number, skipped: number }} Counts
 */

/**
 * A file that could not even be loaded has no tests in the report; it counts as one failure.
 * @param {readonly TestFile[]} files
 * @returns {Counts}
 */
export function countTests(files) {
  const counts = { passed: 0, failed: 0, skipped: 0 }
  for (const { status, assertionResults } of files) {
    if (status === 'failed' && !assertionResults.some((test) => test.status === 'failed')) counts.failed += 1
    for (const test of assertionResults) {
      if (test.status === 'passed') counts.passed += 1
      else if (test.status === 'failed') counts.failed += 1
      else counts.skipped += 1
    }
  }
  return counts
}

/** @param {readonly TestFile[]} files */
export function countSkippedBrowserTests(files) {
  return countTests(files.filter(({ name = '' }) => /[\\/]sandbox-page[\\/]test[\\/]/.test(name))).skipped
}

/**
 * @param {number} skipped
 * @param {import('./runner/browser.mjs').Browser | import('./runner/browser.mjs').NoBrowser} browser
 * @returns {string | undefined}
 */
export function skippedLine(skipped, browser) {
  if (skipped === 0) return undefined
  const why = browser.path === undefined ? `${browser.reason}. ${browser.advice}` : 'the lines above say why.'
  return `${skipped} browser tests were skipped: ${why}`
}

/** @param {Counts} counts */
export function countLine({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`
}

const report = process.argv[2]
if (report) {
  /** @type {{ testResults: TestFile[] }} */
  const content = existsSync(report)
    ? JSON.parse(readFileSync(report, 'utf8') || '{"testResults":[]}')
    : { testResults: [] }
  const counts = countTests(content.testResults)
  const skippedBecause = skippedLine(countSkippedBrowserTests(content.testResults), findBrowser(thisMachine()))
  if (skippedBecause) console.log(skippedBecause)
  console.log(countLine(counts))
  process.exitCode = counts.failed > 0 || counts.passed === 0 ? 1 : 0
}
