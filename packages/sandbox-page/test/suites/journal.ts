import { expect, it } from 'vitest'
import { expectCount } from '../kit/checks'
import { chatLog, reply, takeChat } from '../kit/desk'
import { addUser, escalate, say, userChat, userSees, userState } from '../kit/end-user'
import { setFault } from '../kit/faults'
import { callsIn, filterBy, settled, stepOf, titlesOf } from '../kit/journal'
import type { ProviderCase } from '../kit/providers'
import type { SandboxPage } from '../kit/sandbox-page'
import type { Suite } from '../kit/suite'
import { closeDrawer, moveClock, openSettings } from '../kit/top-bar'

/** What a maintainer reads on the right, and the ways back from what was switched or put in. */
export function journalTests(suite: Suite, { setting }: ProviderCase): void {
  it('the journal shows one conversation, and each call with what was sent and answered', async () => {
    const on = await suite.open()
    await withAgent(on, 'Hal')
    await say(on, 'Hal asks for the time.')
    await settled(on)
    await filterBy(on, 'Hal')
    const titles = await titlesOf(on)
    expect(titles.length).toBeGreaterThan(2)
    expect(titles.filter((title) => !/Hal|Anna Nowak takes/.test(title))).toEqual([])
    const [sent] = await callsIn(stepOf(on, /Hal asks for the time/))
      .filter({ hasNotText: 'message (text)' })
      .all()
    if (!sent) throw new Error('The message was not sent')
    await sent.click()
    expect(await sent.getAttribute('aria-expanded')).toBe('true')
    await on.journal.getByText('Hal asks for the time.').last().waitFor()
    await stepOf(on, /Hal asks for the time/)
      .getByText('warm budget kept')
      .waitFor()
  })

  it('the conversation is shown as Botpress holds it, with tags and states of the downstream side', async () => {
    const on = await suite.open()
    await withAgent(on, 'Ida')
    await on.journal.getByRole('tab', { name: 'Conversation' }).click()
    const downstream = on.journal.getByRole('article', { name: /^Downstream/ })
    await expectCount(downstream.getByText('threadKey', { exact: true }), 1)
    await downstream.getByText('hitl#humanAgentName', { exact: true }).waitFor()
    await downstream.getByText('assigned', { exact: true }).waitFor()
    await on.journal.getByRole('tab', { name: 'Log' }).click()
    await on.journal
      .getByText(/Listening on port/)
      .first()
      .waitFor()
    await on.journal.getByRole('tab', { name: 'Calls' }).click()
  })

  it('webhooks that are held back are counted where everybody sees it, and can be released there', async () => {
    const on = await suite.open()
    await withAgent(on, 'Jan')
    await setFault(on, 'Webhooks out of order', true)
    await reply(on, 'This comes late.')
    const release = on.page.getByRole('button', { name: 'Release held webhooks now' })
    await release.waitFor()
    await expectCount(userChat(on).getByText('This comes late.'), 0)
    await release.click()
    await userSees(on, 'This comes late.')
    await release.waitFor({ state: 'hidden' })
    await setFault(on, 'Webhooks out of order', false)
  })

  it('settings that were spoilt are put back by one button', async () => {
    const on = await suite.open()
    const drawer = await openSettings(on)
    await drawer.getByLabel(setting.label, { exact: false }).first().fill(setting.wrong)
    await drawer.getByRole('button', { name: 'Save settings' }).click()
    await on.page.getByText('Registration failed').first().waitFor()
    await drawer.getByRole('button', { name: "Use the sandbox's own settings" }).click()
    await expect.poll(() => on.page.getByText('Registration failed').count()).toBe(0)
    await closeDrawer(drawer)
    await on.page.getByText('Registered', { exact: true }).first().waitFor()
  })

  it('a hand-over with a title, a description and options reaches the agent', async () => {
    const on = await suite.open()
    await addUser(on, 'Kim', 'kim@example.com')
    await on.endUser.getByRole('button', { name: 'With options…' }).click()
    const dialog = on.page.getByRole('dialog', { name: 'Hand over with options' })
    await dialog.getByLabel('Title').fill('Two printers')
    await dialog.getByLabel('Description').fill('Both of them smoke.')
    await dialog.getByRole('button', { name: 'Hand over' }).click()
    await expect.poll(() => userState(on).innerText()).toBe('Waiting for an agent')
    await takeChat(on, 'Kim')
    await chatLog(on, 'Kim')
      .getByText(/Two printers/)
      .first()
      .waitFor()
    await chatLog(on, 'Kim')
      .getByText(/Both of them smoke/)
      .first()
      .waitFor()
  })
}

async function withAgent(on: SandboxPage, user: string): Promise<void> {
  await addUser(on, user, `${user.toLowerCase()}@example.com`)
  await escalate(on)
  await takeChat(on, user)
  await expect.poll(() => userState(on).innerText()).toBe(`With ${on.agents[0]}`)
  await moveClock(on, '5 seconds')
}
