import { expect, it } from 'vitest'
import { expectCount, expectOnceInOrder } from '../kit/checks'
import { actAs, agentSees, chatLog, chatOf, openChat, reply, takeChat } from '../kit/desk'
import { addUser, composer, escalate, say, userChat, userSees, userState } from '../kit/end-user'
import { callsIn, filterBy, settled, stepOf, titlesOf } from '../kit/journal'
import { pressOn, typeInto } from '../kit/keyboard'
import type { SandboxPage } from '../kit/sandbox-page'
import type { Suite } from '../kit/suite'
import { moveClock } from '../kit/top-bar'

/** Several people at once, people who come back, and people without a mouse. */
export function peopleTests(suite: Suite): void {
  it('two users in two windows talk to two agents at once, and nothing is mixed up', async () => {
    const [left, right] = [await suite.open(), await suite.open()]
    const rooms = [
      { on: left, user: 'Yara', agent: left.agents[0], others: 'Zoe' },
      { on: right, user: 'Zoe', agent: right.agents[1], others: 'Yara' },
    ] as const
    const both = (act: (room: (typeof rooms)[number]) => Promise<void>) => Promise.all(rooms.map(act))
    await both(({ on, user }) => addUser(on, user, `${user.toLowerCase()}@example.com`))
    await both(({ on }) => escalate(on))
    await both(({ on, user, agent }) => takeChat(on, user, agent))
    await moveClock(left, '5 seconds')
    for (const round of ['one', 'two', 'three']) {
      await both(async ({ on, user, agent }) => {
        await say(on, `${user} says ${round}`)
        await reply(on, `${agent} tells ${user} ${round}`)
      })
    }
    await both(async ({ on, user, agent, others }) => {
      await settled(on)
      const [said, told] = [`${user} says`, `${agent} tells ${user}`].map((start) => inRounds(start))
      for (const log of [userChat(on), chatLog(on, user)]) {
        await expectOnceInOrder(log, said ?? [])
        await expectOnceInOrder(log, told ?? [])
        expect(await log.innerText()).not.toContain(others)
      }
    })
    await filterBy(left, 'Yara')
    await stepOf(left, 'Yara writes “Yara says two”').waitFor()
    expect((await titlesOf(left)).filter((title) => title.includes('Zoe'))).toEqual([])
  })

  it('a reload in the middle of a session changes nothing, and the session goes on', async () => {
    const on = await suite.open()
    await addUser(on, 'Abel', 'abel@example.com')
    await escalate(on)
    await takeChat(on, 'Abel')
    await moveClock(on, '5 seconds')
    await say(on, 'Before the reload, by the user')
    await reply(on, 'Before the reload, by the agent')
    await userSees(on, 'Before the reload, by the agent')
    await agentSees(on, 'Before the reload, by the user')
    await settled(on)
    const before = await whatIsShown(on)

    await on.page.reload()
    await userSees(on, 'Before the reload, by the agent')
    await expect.poll(() => whatIsShown(on)).toEqual(before)
    await say(on, 'After the reload, by the user')
    await reply(on, 'After the reload, by the agent')
    await userSees(on, 'After the reload, by the agent')
    await agentSees(on, 'After the reload, by the user')
  })

  it('a session can be played without a mouse', async () => {
    const on = await suite.open()
    await addUser(on, 'Bea', 'bea@example.com')
    const { desk, endUser, words } = on
    await typeInto(on, composer(on), 'Nobody clicks here.', 'Enter')
    await userSees(on, 'Nobody clicks here.')
    await pressOn(on, endUser.getByRole('group').getByRole('button', { name: 'Talk to a human' }))
    await chatOf(on, 'Bea', 'waiting').waitFor()
    await pressOn(on, chatOf(on, 'Bea', 'waiting'))
    await chatLog(on, 'Bea').waitFor()
    await pressOn(on, desk.getByRole('button', { name: words.take, exact: true }))
    await chatOf(on, 'Bea', 'active').waitFor()
    await pressOn(on, on.page.getByRole('button', { name: 'Move the clock by 5 seconds' }), { back: true })
    await typeInto(on, desk.getByRole('textbox', { name: 'Reply' }), 'I do not either.', 'Control+Enter')
    await userSees(on, 'I do not either.')
    await callIsReadByKeyboard(on)
    await pressOn(on, desk.getByRole('button', { name: words.transfer, exact: true }), { back: true })
    await on.page.getByRole('menuitem', { name: on.agents[1] }).waitFor()
    await on.page.keyboard.press('ArrowDown')
    await on.page.keyboard.press('Enter')
    await expect.poll(() => userState(on).innerText()).toBe(`With ${on.agents[1]}`)
    await actAsByKeyboard(on)
    await pressOn(on, desk.getByRole('button', { name: words.close, exact: true }))
    await chatOf(on, 'Bea', 'closed').waitFor()
  })

  it('a chat that is read stays open while another one comes in', async () => {
    const on = await suite.open()
    await addUser(on, 'Cas', 'cas@example.com')
    await escalate(on)
    await openChat(on, 'Cas', 'waiting')
    await addUser(on, 'Dora', 'dora@example.com')
    await escalate(on)
    await chatOf(on, 'Dora', 'waiting').waitFor()
    await expectCount(chatLog(on, 'Cas'), 1)
    await actAs(on, on.agents[0])
    await expectCount(chatLog(on, 'Cas'), 1)
  })
}

const inRounds = (start: string): string[] => ['one', 'two', 'three'].map((round) => `${start} ${round}`)

async function whatIsShown(on: SandboxPage) {
  return {
    address: new URL(on.page.url()).hash,
    provider: await on.page.getByRole('combobox', { name: 'Provider' }).inputValue(),
    user: await on.endUser.getByRole('combobox', { name: 'Chosen user' }).inputValue(),
    userChat: await userChat(on).innerText(),
    state: await userState(on).innerText(),
    deskChat: await on.desk.getByRole('log').innerText(),
    steps: await titlesOf(on),
    calls: await callsIn(on.journal).count(),
  }
}

async function callIsReadByKeyboard(on: SandboxPage): Promise<void> {
  // The first letter of a name chooses it, and the journal becomes short.
  await pressOn(on, on.journal.getByRole('combobox', { name: 'Conversation filter' }), { key: 'B' })
  const call = callsIn(stepOf(on, /takes the chat/)).first()
  await expectCount(stepOf(on, /takes the chat/), 1)
  await pressOn(on, call)
  await expect.poll(() => call.getAttribute('aria-expanded')).toBe('true')
  await on.journal.getByRole('group', { name: 'Request', exact: true }).first().waitFor()
}

async function actAsByKeyboard(on: SandboxPage): Promise<void> {
  const choice = on.desk.getByRole('combobox', { name: 'Act as' })
  await pressOn(on, choice, { key: 'ArrowDown', back: true })
  await expect.poll(() => choice.locator('option:checked').innerText()).toBe(on.agents[1])
}
