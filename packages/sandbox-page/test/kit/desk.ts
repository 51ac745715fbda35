import type { Locator } from 'playwright-core'
import type { TestFile } from './files'
import type { SandboxPage } from './sandbox-page'

/** What an agent can do and see. All of it goes through the page. */

export const actAs = async ({ desk }: SandboxPage, agent: string): Promise<void> => {
  await desk.getByRole('combobox', { name: 'Act as' }).selectOption({ label: agent })
}

/** The latest chat of a contact in one of the lists. */
export const chatOf = (
  { desk, words }: SandboxPage,
  contact: string,
  state: 'waiting' | 'active' | 'closed'
): Locator => desk.getByRole('button', { name: `${contact}: ${words[state]}`, exact: true }).first()

export async function openChat(
  on: SandboxPage,
  contact: string,
  state: 'waiting' | 'active' | 'closed' = 'active'
): Promise<void> {
  await chatOf(on, contact, state).click()
  await chatLog(on, contact).waitFor()
}

export async function takeChat(on: SandboxPage, contact: string, agent = on.agents[0]): Promise<void> {
  await actAs(on, agent)
  await openChat(on, contact, 'waiting')
  await press(on, on.words.take)
  await chatOf(on, contact, 'active').waitFor()
}

export async function reply(on: SandboxPage, text: string): Promise<void> {
  await on.desk.getByRole('textbox', { name: 'Reply' }).fill(text)
  await press(on, on.words.reply)
}

export async function makeNote(on: SandboxPage, text: string): Promise<void> {
  await on.desk.getByRole('textbox', { name: 'Reply' }).fill(text)
  await press(on, on.words.note)
}

export const attach = ({ desk, words }: SandboxPage, file: TestFile): Promise<void> =>
  desk.getByLabel(words.attach).setInputFiles(file)

export async function transferTo(on: SandboxPage, agent: string): Promise<void> {
  await press(on, on.words.transfer)
  await on.page.getByRole('menuitem', { name: agent }).click()
}

export const closeChat = (on: SandboxPage): Promise<void> => press(on, on.words.close)

export const missChat = (on: SandboxPage): Promise<void> => press(on, on.words.miss ?? '')

const press = ({ desk }: SandboxPage, name: string): Promise<void> =>
  desk.getByRole('button', { name, exact: true }).click()

/** What is said in the open chat. */
export const chatLog = ({ desk }: SandboxPage, contact: string): Locator =>
  desk.getByRole('log', { name: `Messages with ${contact}` })

/** Waits until the agent can read it in the open chat. */
export const agentSees = ({ desk }: SandboxPage, text: string | RegExp): Promise<void> =>
  desk.getByRole('log').getByText(text).last().waitFor()
