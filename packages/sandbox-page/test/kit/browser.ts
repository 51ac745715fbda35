import { type Browser, chromium } from 'playwright-core'
import { findBrowser, thisMachine } from '../../../../scripts/runner/browser.mjs'

/** Much of it is Chromium's start on a busy machine. */
const TEST_MS = 60_000

const found = findBrowser(thisMachine())

if (found.path === undefined) console.warn(`The browser tests are skipped: ${found.reason}. ${found.advice}`)

/** Options of `describe` for tests that need a browser: skipped where there is none, which the warning explains. */
export const withBrowser = { skip: found.path === undefined, timeout: TEST_MS }

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-quic',
  '--no-first-run',
  '--disable-component-update',
  '--disable-sync',
]

/** A browser with a fresh profile of its own, which is deleted when it is closed. */
export async function launchBrowser(): Promise<Browser> {
  if (found.path === undefined) throw new Error(found.reason)
  return chromium.launch({ executablePath: found.path, args: FLAGS })
}
