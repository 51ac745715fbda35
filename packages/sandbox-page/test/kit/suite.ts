import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import { launchBrowser } from './browser'
import { type Sandbox, startSandbox } from './sandbox'
import { type OpenOptions, openSandboxPage, type SandboxPage } from './sandbox-page'

const SET_UP_MS = 90_000

export type Suite = {
  readonly sandbox: Sandbox
  /** A page that has to stay free of complaints until the end of the test. */
  open(options?: OpenOptions): Promise<SandboxPage>
}

/** One server and one browser for the tests of a `describe`, and pages that are watched and closed after each test. */
export function browserSuite(provider: string): Suite {
  let sandbox: Sandbox | undefined
  let browser: Browser | undefined
  const pages: SandboxPage[] = []
  const running = (): Sandbox => {
    if (!sandbox) throw new Error('The sandbox is not running')
    return sandbox
  }

  beforeAll(async () => {
    // One after the other, so that what has started is ended when the rest does not start.
    sandbox = await startSandbox(provider)
    browser = await launchBrowser()
  }, SET_UP_MS)

  afterEach(async () => {
    const complaints = pages.flatMap((one) => one.complaints)
    await Promise.all(pages.splice(0).map(({ page }) => page.context().close()))
    expect(complaints).toEqual([])
  })

  afterAll(async () => {
    await browser?.close()
    await sandbox?.stop()
  }, SET_UP_MS)

  return {
    get sandbox() {
      return running()
    },
    async open(options) {
      if (!browser) throw new Error('The browser is not running')
      const opened = await openSandboxPage(browser, running(), options)
      pages.push(opened)
      return opened
    },
  }
}
