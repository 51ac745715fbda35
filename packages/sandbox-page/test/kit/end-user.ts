import type { Locator } from 'playwright-core'
import type { TestFile } from './files'
import type { SandboxPage } from './sandbox-page'

/** What the end user can do and see. All of it goes through the page. */

export async function addUser({ page, endUser }: SandboxPage, name: string, email?: string): Promise<void> {
  await endUser.getByRole('button', { name: 'Add user' }).click()
  const dialog = page.getByRole('dialog', { name: 'Add a user' })
  await dialog.getByLabel('Name').fill(name)
  if (email !== undefined) await dialog.getByLabel('E-mail').fill(email)
  await dialog.getByRole('button', { name: 'Add', exact: true }).click()
  await dialog.waitFor({ state: 'hidden' })
  await endUser.getByRole('log', { name: `Chat of ${name}` }).waitFor()
}

export const chooseUser = async ({ endUser }: SandboxPage, name: string): Promise<void> => {
  await endUser.getByRole('combobox', { name: 'Chosen user' }).selectOption({ label: name })
}

export const composer = ({ endUser }: SandboxPage): Locator => endUser.getByPlaceholder(/^Write as /)

export async function say(on: SandboxPage, text: string): Promise<void> {
  await composer(on).fill(text)
  await composer(on).press('Enter')
}

export const escalate = ({ endUser }: SandboxPage): Promise<void> =>
  endUser.getByRole('group').getByRole('button', { name: 'Talk to a human' }).click()

export const endSession = ({ endUser }: SandboxPage): Promise<void> =>
  endUser.getByRole('button', { name: 'End with /end' }).click()

export async function sendFile(on: SandboxPage, file: TestFile): Promise<void> {
  await on.endUser.locator('input[type=file]').setInputFiles(file)
  // The composer sends nothing while it uploads, and shows when it is done.
  await on.endUser.locator('[data-status=uploaded]').waitFor()
  await composer(on).press('Enter')
}

export async function sendLocation({ page, endUser }: SandboxPage, title: string): Promise<void> {
  await endUser.getByRole('button', { name: 'Send a location' }).click()
  const dialog = page.getByRole('dialog', { name: 'Send a location' })
  await dialog.getByLabel('Title').fill(title)
  await dialog.getByRole('button', { name: 'Send', exact: true }).click()
  await dialog.waitFor({ state: 'hidden' })
}

/** What the user can read in the chat. */
export const userChat = ({ endUser }: SandboxPage): Locator => endUser.getByRole('log')

/** Waits until the user can read it. */
export const userSees = (on: SandboxPage, text: string | RegExp): Promise<void> =>
  userChat(on).getByText(text).last().waitFor()

/** The line above the chat that says who answers. */
export const userState = ({ endUser }: SandboxPage): Locator => endUser.getByRole('status').first()
