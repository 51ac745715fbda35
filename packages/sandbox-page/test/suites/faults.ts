import { afterEach, expect, it } from 'vitest'
import { act, newSession, newUser, readView } from '../kit/api'
import { expectCount } from '../kit/checks'
import { actAs, chatLog, chatOf, openChat, reply, takeChat } from '../kit/desk'
import { escalate, say, userChat, userState } from '../kit/end-user'
import { faultCases, type FaultTitle, scopedCases } from '../kit/fault-cases'
import { setFault } from '../kit/faults'
import { callsIn, settled, stepOf } from '../kit/journal'
import type { SandboxPage } from '../kit/sandbox-page'
import type { Suite } from '../kit/suite'
import { closeDrawer, moveClock, openFaults } from '../kit/top-bar'

type Outcome = 'arrives' | 'fails' | 'is in doubt'

const FAILED_START = /refused|could not be reached|answered 500|could not do its part/
const FROM_USER = 'A word of the user'
const FROM_AGENT = 'A word of the agent'

const byTitle = <T extends { title: string }>(cases: readonly T[]) => cases.map((one) => [one.title, one] as const)

/** Every switch of the page, with a hand-over and a message each way. */
export function faultTests(suite: Suite): void {
  afterEach(async () => {
    const { faults } = await readView(suite.sandbox)
    for (const { name, on } of faults) if (on) await act(suite.sandbox, { type: 'setFault', name, on: false })
  })

  it('the page has a switch for each fault that is tested here, and for no other', async () => {
    const { faults } = await readView(suite.sandbox)
    expect(faults.map(({ title }) => title)).toEqual(faultCases.map(({ title }) => title))
    expect(faults.filter(({ scoped }) => scoped).map(({ title }) => title)).toEqual(
      scopedCases.map(({ title }) => title)
    )
  })

  it.each(byTitle(faultCases))('%s: a message each way arrives exactly once', async (_, fault) => {
    const user = `First ${fault.title}`
    const on = await suite.open({ chosen: { user: await newUser(suite.sandbox, user) } })
    await setFault(on, fault.title, true, 'First call of a step')
    await openSession(on, user, fault.title)
    await reply(on, FROM_AGENT)
    await say(on, FROM_USER)
    await helpItArrive(on, fault.title)
    await expectArrivedOnce(on, user)
    await expectFaultShown(on, fault)
  })

  it.each(byTitle(scopedCases))('%s, every call: a message arrives once or fails loudly', async (_, fault) => {
    const user = `Every ${fault.title}`
    const on = await suite.open({ chosen: await newSession(suite.sandbox, user) })
    await setFault(on, fault.title, true, 'Every call')
    await say(on, FROM_USER)
    await reply(on, FROM_AGENT)
    await settled(on)
    const outcome = await outcomeOf(on, user)
    expect(fault.every === 'in doubt' ? ['arrives', 'is in doubt'] : [fault.every]).toContain(outcome)

    await setFault(on, fault.title, false)
    await moveClock(on, '1 minute')
    await expectCount(userChat(on).getByText(FROM_AGENT, { exact: true }), 1)
    await say(on, 'And one more')
    await expectCount(chatLog(on, user).getByText('And one more', { exact: true }), 1)
    expect(await chatLog(on, user).getByText(FROM_USER, { exact: true }).count()).toBe(outcome === 'fails' ? 0 : 1)
  })
}

/** Under some faults a start may fail, which the user has to be told; without the fault it works. */
async function openSession(on: SandboxPage, user: string, fault: FaultTitle): Promise<void> {
  await escalate(on)
  const failure = userChat(on).getByText(FAILED_START)
  const waiting = chatOf(on, user, 'waiting').or(chatOf(on, user, 'active'))
  await waiting.or(failure).first().waitFor()
  await settled(on)
  if ((await failure.count()) > 0) {
    await expect.poll(() => userState(on).innerText()).toBe('Bot is answering')
    await setFault(on, fault, false)
    await escalate(on)
    await waiting.first().waitFor()
    await settled(on)
    await setFault(on, fault, true)
  }
  if (fault === 'Agent joins before the answer') await meetAgent(on, user)
  else await takeChat(on, user)
  await moveClock(on, '5 seconds')
}

/** The provider has chosen who answers. */
async function meetAgent(on: SandboxPage, user: string): Promise<void> {
  await openChat(on, user, 'active')
  const agent = await agentOfChat(on, user)
  await expect.poll(() => userState(on).innerText()).toBe(`With ${agent}`)
  await actAs(on, agent)
}

async function agentOfChat({ sandbox }: SandboxPage, user: string): Promise<string> {
  const { chats } = await readView(sandbox)
  return chats.findLast(({ contact }) => contact.name === user)?.agent?.name ?? ''
}

async function helpItArrive(on: SandboxPage, fault: FaultTitle): Promise<void> {
  await settled(on)
  if (fault === 'Botpress answers 500') await moveClock(on, '1 minute')
  if (fault !== 'Webhooks out of order') return
  await expectCount(userChat(on).getByText(FROM_AGENT, { exact: true }), 0)
  const drawer = await openFaults(on)
  await drawer.getByText(/webhooks are held back/).waitFor()
  await drawer.getByRole('button', { name: 'Release held webhooks' }).click()
  await drawer.getByText(/held back\.$/).waitFor({ state: 'hidden' })
  await closeDrawer(drawer)
}

async function expectArrivedOnce(on: SandboxPage, user: string): Promise<void> {
  const atUser = userChat(on).getByText(FROM_AGENT, { exact: true })
  const atAgent = chatLog(on, user).getByText(FROM_USER, { exact: true })
  await expectCount(atUser, 1)
  await expectCount(atAgent, 1)
  // What comes late or twice would have come by then.
  await moveClock(on, '1 minute')
  await settled(on)
  expect([await atUser.count(), await atAgent.count()]).toEqual([1, 1])
  await expectCount(userChat(on).getByText('Not delivered', { exact: false }), 0)
}

/** Whether the agent got the user's message, and whether the user was told that it failed. */
async function outcomeOf(on: SandboxPage, user: string): Promise<Outcome> {
  const arrived = chatLog(on, user).getByText(FROM_USER, { exact: true })
  const failed = userChat(on).getByText(/^Not delivered: .+\.$/)
  await expect.poll(async () => (await arrived.count()) + (await failed.count())).toBeGreaterThan(0)
  const counts = [await arrived.count(), await failed.count()]
  expect(Math.max(...counts)).toBe(1)
  if (counts[1] === 0) return 'arrives'
  return counts[0] === 0 ? 'fails' : 'is in doubt'
}

/** The journal names the fault beside the step, and marks the calls that it hit. */
async function expectFaultShown(on: SandboxPage, fault: { title: FaultTitle; mark?: RegExp }): Promise<void> {
  const step = stepOf(on, new RegExp(`^First ${fault.title} writes`))
  await step.getByText(`with faults: ${fault.title}`).waitFor()
  const { mark } = fault
  if (mark) await expect.poll(() => callsIn(on.journal).filter({ hasText: mark }).count()).toBeGreaterThan(0)
  if (fault.title !== 'Instance killed between calls') return
  const drawer = await openFaults(on)
  await drawer.getByText(/restarted \d+ times/).waitFor()
  await closeDrawer(drawer)
}
