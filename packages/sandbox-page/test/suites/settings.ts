import { expect, it } from 'vitest'
import { act, readHello } from '../kit/api'
import { everythingToldBy, expectCount } from '../kit/checks'
import { addUser, escalate, say, userChat, userSees, userState } from '../kit/end-user'
import { callsIn, settled, stepOf } from '../kit/journal'
import type { ProviderCase } from '../kit/providers'
import type { SandboxPage } from '../kit/sandbox-page'
import type { Suite } from '../kit/suite'
import { closeDrawer, moveClock, openSettings, startOver } from '../kit/top-bar'
import { agentSees, reply, takeChat } from '../kit/desk'

/** What a bot builder sets and sees: settings, registration, the clock, a new start, and no secrets. */
export function settingsTests(suite: Suite, { title, secrets, setting }: ProviderCase): void {
  it('a wrong secret is refused in the words of the integration, and the right one registers again', async () => {
    const on = await suite.open()
    await badge(on, 'Registered').waitFor()
    await saveSecret(on, setting.label, setting.wrong)
    await badge(on, 'Registration failed').waitFor()
    const drawer = await openSettings(on)
    expect(await drawer.getByRole('status').first().innerText()).toMatch(setting.refusal)
    await closeDrawer(drawer)
    await saveSecret(on, setting.label, setting.right)
    await badge(on, 'Registered').waitFor()
    const { view } = await readHello(suite.sandbox)
    expect(view.installation).toMatchObject({ status: 'registered', reason: null })
    expect(await on.page.content()).not.toContain(setting.wrong)
  })

  it('a hidden setting that is left empty stays as it is', async () => {
    const on = await suite.open()
    const drawer = await openSettings(on)
    expect(await drawer.getByLabel(setting.label, { exact: false }).first().inputValue()).toBe('')
    await drawer.getByRole('button', { name: 'Save settings' }).click()
    await settled(on)
    await stepOf(on, /settings are saved/)
      .last()
      .waitFor()
    await badge(on, 'Registered').waitFor()
  })

  it('no secret of the account is on the page or in anything the server tells', async () => {
    const on = await suite.open()
    await addUser(on, 'Eva', 'eva@example.com')
    await escalate(on)
    await takeChat(on, 'Eva')
    await moveClock(on, '5 seconds')
    await reply(on, 'Nothing to hide.')
    await userSees(on, 'Nothing to hide.')
    await say(on, 'Me neither.')
    await agentSees(on, 'Me neither.')
    await settled(on)
    // Those that carry the most credentials: the rest is looked at below, as the server tells it.
    const registering = callsIn(stepOf(on, 'The integration is installed and registers')).filter({ hasText: /token/i })
    const taking = callsIn(stepOf(on, 'Anna Nowak takes the chat').last())
    for (const call of await registering.or(taking).all()) await call.click()
    await on.journal.getByRole('group', { name: 'Request headers' }).last().waitFor()
    const drawer = await openSettings(on)
    const page = await on.page.content()
    await closeDrawer(drawer)

    const hello = await readHello(suite.sandbox)
    const told = await everythingToldBy(
      suite.sandbox,
      hello.calls.map(({ seq }) => seq)
    )
    expect(hello.calls.length).toBeGreaterThan(10)
    for (const [place, text] of Object.entries({
      page,
      told,
      stream: JSON.stringify(hello),
      printed: on.sandbox.printed(),
    })) {
      const found = secrets
        .flatMap((secret) => [secret, encodeURIComponent(secret)])
        .filter((one) => text.includes(one))
      expect({ place, found: found.length }).toEqual({ place, found: 0 })
    }
  })

  it('the clock is moved on the page, and the bot gives up when no agent joins in time', async () => {
    const on = await suite.open()
    const drawer = await openSettings(on)
    await drawer.getByLabel(/^Assignment timeout/).fill('60')
    await drawer.getByRole('button', { name: 'Set timeout' }).click()
    await drawer.getByText('The timeout was set.').waitFor()
    await closeDrawer(drawer)
    await addUser(on, 'Finn', 'finn@example.com')
    await escalate(on)
    await expect.poll(() => userState(on).innerText()).toBe('Waiting for an agent')
    const clock = on.page.getByRole('banner').getByRole('status')
    await moveClock(on, '1 hour')
    await userSees(on, 'No human agent is available at the moment. Please try again later.')
    await expect.poll(() => clock.innerText()).toMatch(/Clock \+1 h/)
    await moveClock(on, '1 day')
    await expect.poll(() => clock.innerText()).toMatch(/Clock \+1 d 1 h/)
    await act(suite.sandbox, { type: 'setAssignmentTimeout', seconds: 0 })
  })

  it('starting over forgets everything and installs anew', async () => {
    const on = await suite.open()
    await addUser(on, 'Gus')
    await say(on, 'Remember me!')
    await userSees(on, 'Remember me!')
    await startOver(on)
    await badge(on, 'Registered').waitFor()
    await expectCount(on.endUser.getByRole('combobox', { name: 'Chosen user' }).getByText('Gus'), 0)
    expect(await userChat(on).innerText()).not.toContain('Remember me!')
    await expectCount(on.journal.getByRole('article'), 1)
    expect(await on.page.getByRole('combobox', { name: 'Provider' }).locator('option:checked').innerText()).toBe(title)
  })
}

const badge = ({ page }: SandboxPage, label: string) =>
  page.getByRole('banner').getByRole('button', { name: label, exact: true })

async function saveSecret(on: SandboxPage, label: string, value: string): Promise<void> {
  const drawer = await openSettings(on)
  await drawer.getByLabel(label).first().fill(value)
  await drawer.getByRole('button', { name: 'Save settings' }).click()
  await settled(on)
  await closeDrawer(drawer)
}
