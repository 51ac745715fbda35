import { fileURLToPath } from 'node:url'
import type { SandboxPage } from './sandbox-page'

const FOLDER = fileURLToPath(new URL('../../.screenshots/', import.meta.url))

/** For people to look at; git ignores the folder. */
export async function takeScreenshot({ page, sandbox }: SandboxPage, name: string): Promise<void> {
  await page.screenshot({ path: `${FOLDER}${sandbox.provider}-${name}.png` })
}
