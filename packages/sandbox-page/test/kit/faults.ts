import { expect } from 'vitest'
import type { SandboxPage } from './sandbox-page'
import { closeDrawer, openFaults } from './top-bar'

export type Scope = 'First call of a step' | 'Every call'

/** Switches a fault on or off, by its title. */
export async function setFault(on: SandboxPage, title: string, isOn: boolean, scope?: Scope): Promise<void> {
  const drawer = await openFaults(on)
  if (scope) await drawer.getByText(scope, { exact: true }).click()
  const toggle = drawer.getByRole('switch', { name: title })
  if ((await toggle.isChecked()) !== isOn) await toggle.click()
  // It shows what the server knows, so the click alone changes nothing.
  await expect.poll(() => toggle.isChecked()).toBe(isOn)
  await closeDrawer(drawer)
}
