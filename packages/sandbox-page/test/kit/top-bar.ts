import type { Locator } from 'playwright-core'
import type { SandboxPage } from './sandbox-page'

type Step = '5 seconds' | '1 minute' | '1 hour' | '1 day'

export const moveClock = ({ page }: SandboxPage, by: Step): Promise<void> =>
  page.getByRole('button', { name: `Move the clock by ${by}`, exact: true }).click()

export async function openFaults({ page }: SandboxPage): Promise<Locator> {
  await page.getByRole('button', { name: 'Faults', exact: true }).click()
  const drawer = page.getByRole('dialog', { name: 'Faults' })
  await drawer.waitFor()
  return drawer
}

export async function openSettings({ page }: SandboxPage): Promise<Locator> {
  await page.getByRole('button', { name: 'Settings', exact: true }).click()
  const drawer = page.getByRole('dialog', { name: /^Settings of/ })
  await drawer.getByRole('button', { name: 'Save settings' }).waitFor()
  return drawer
}

export async function closeDrawer(drawer: Locator): Promise<void> {
  await drawer.getByRole('button', { name: 'Close', exact: true }).click()
  await drawer.waitFor({ state: 'hidden' })
}

export async function startOver({ page }: SandboxPage): Promise<void> {
  await page.getByRole('button', { name: 'Start over' }).click()
  const dialog = page.getByRole('dialog', { name: /^Start .* over/ })
  await dialog.getByRole('button', { name: 'Forget everything' }).click()
  await dialog.waitFor({ state: 'hidden' })
}
