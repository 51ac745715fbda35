import type { Locator } from 'playwright-core'
import { expect } from 'vitest'
import type { SandboxPage } from './sandbox-page'

const SETTLE_MS = 20_000

/** What is shown of one step, by its title. */
export const stepOf = ({ journal }: SandboxPage, title: string | RegExp): Locator =>
  journal.getByRole('article', { name: title })

export const callsIn = (steps: Locator): Locator => steps.locator('button[data-call-seq]')

/** Waits until nothing is under way any more. */
export async function settled({ journal }: SandboxPage): Promise<void> {
  const running = journal.getByText('running', { exact: true })
  await expect.poll(() => running.count(), { timeout: SETTLE_MS }).toBe(0)
}

/** Shows only what belongs to one end user, or everything. */
export async function filterBy({ journal }: SandboxPage, user: string): Promise<void> {
  await journal.getByRole('combobox', { name: 'Conversation filter' }).selectOption({ label: user })
}

export const titlesOf = ({ journal }: SandboxPage): Promise<string[]> =>
  journal.getByRole('article').getByRole('heading', { level: 3 }).allInnerTexts()
