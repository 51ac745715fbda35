import type { Browser, BrowserContextOptions, ConsoleMessage, Locator, Page, Request } from 'playwright-core'
import type { DeskWords } from '../../src/protocol'
import { readView } from './api'
import type { Sandbox } from './sandbox'

/** The page of the sandbox in a browser, with the names that one needs to find something on it. */
export type SandboxPage = {
  page: Page
  sandbox: Sandbox
  endUser: Locator
  desk: Locator
  journal: Locator
  words: DeskWords
  /** Names of the two agents. */
  agents: readonly [string, string]
  /** What the browser has complained about, and requests that went elsewhere. Both have to stay away. */
  complaints: readonly string[]
}

const ACTION_MS = 15_000
const DESKTOP = { width: 1500, height: 950 }

export type OpenOptions = BrowserContextOptions & {
  /** Who is chosen, as the address of the page says it. */
  chosen?: { user: string; chat?: string }
}

/** Opens the page in a profile of its own. */
export async function openSandboxPage(
  browser: Browser,
  sandbox: Sandbox,
  { chosen, ...options }: OpenOptions = {}
): Promise<SandboxPage> {
  const context = await browser.newContext({ viewport: DESKTOP, reducedMotion: 'reduce', ...options })
  context.setDefaultTimeout(ACTION_MS)
  const page = await context.newPage()
  const complaints = listen(page, sandbox.url)
  const { words, agents } = await readView(sandbox)
  const [first, second] = agents
  if (!first || !second) throw new Error('The desk needs two agents')
  await page.goto(`${sandbox.url}/#/${sandbox.provider}${chosen ? `?${new URLSearchParams(chosen)}` : ''}`)
  const region = (name: string) => page.getByRole('region', { name, exact: true })
  await region('Agent desk').waitFor()
  return {
    page,
    sandbox,
    endUser: region('End user'),
    desk: region('Agent desk'),
    journal: region('Journal'),
    words,
    agents: [first.name, second.name],
    complaints,
  }
}

function listen(page: Page, origin: string): string[] {
  const complaints: string[] = []
  page.on('console', (message: ConsoleMessage) => {
    const isComplaint = message.type() === 'error' || message.type() === 'warning'
    if (isComplaint) complaints.push(`${message.type()}: ${message.text()} (${message.location().url})`)
  })
  page.on('pageerror', (error: Error) => complaints.push(`uncaught: ${error.message}`))
  page.on('request', (request: Request) => {
    const url = new URL(request.url())
    const isLocal = url.origin === origin || url.protocol === 'data:' || url.protocol === 'blob:'
    if (!isLocal) complaints.push(`request to ${url.origin}`)
  })
  return complaints
}
