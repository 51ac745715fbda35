import { expect, it } from 'vitest'
import { bytesAt, expectCount, expectOnceInOrder } from '../kit/checks'
import {
  actAs,
  agentSees,
  attach,
  chatLog,
  chatOf,
  closeChat,
  makeNote,
  missChat,
  openChat,
  reply,
  takeChat,
  transferTo,
} from '../kit/desk'
import {
  addUser,
  endSession,
  escalate,
  say,
  sendFile,
  sendLocation,
  userChat,
  userSees,
  userState,
} from '../kit/end-user'
import { pdf, picture } from '../kit/files'
import { settled, stepOf } from '../kit/journal'
import type { SandboxPage } from '../kit/sandbox-page'
import type { Suite } from '../kit/suite'
import { moveClock } from '../kit/top-bar'

const BOT = /I am not sure|That is more than I know|I am only a simple bot/
const ENDED_BY_AGENT = 'The human agent closed the conversation. I will continue assisting you.'
const ENDED_BY_USER = 'You have ended the session with the human agent. I will continue assisting you.'

/** Sessions from the first word to the end, as two people play them on the page. */
export function journeyTests(suite: Suite): void {
  it('a user talks to the bot, then to two agents, with texts, files and a place, until one closes', async () => {
    const on = await suite.open()
    await addUser(on, 'Vera', 'vera@example.com')
    await handOver(on, 'Vera', 'My printer does not work.')
    await talk(on, 'Vera')
    await exchangeFiles(on)
    await sendLocation(on, 'The office in Montreal')
    await agentSees(on, /The office in Montreal/)
    await makeNote(on, 'Between us: the printer is old.')
    await agentSees(on, 'Between us: the printer is old.')
    await changeAgent(on)
    await closeChat(on)
    await chatOf(on, 'Vera', 'closed').waitFor()
    await moveClock(on, '5 seconds')
    await userSees(on, ENDED_BY_AGENT)
    await expect.poll(() => userState(on).innerText()).toBe('Bot is answering')
    await settled(on)
    expect(await on.endUser.innerText()).not.toContain('Between us')
    await expectCount(userChat(on).getByText(ENDED_BY_AGENT), 1)
    await budgetsAreKept(on)
  })

  it('a user comes back, ends the session with /end, and the bot answers again', async () => {
    const on = await suite.open()
    await addUser(on, 'Wim', 'wim@example.com')
    await handOver(on, 'Wim', 'It smokes.')
    await closeChat(on)
    await moveClock(on, '5 seconds')
    await userSees(on, ENDED_BY_AGENT)

    await handOver(on, 'Wim', 'It smokes again.')
    await reply(on, 'Then it is time for a new one.')
    await userSees(on, 'Then it is time for a new one.')
    await stepOf(on, 'Wim asks for a human')
      .last()
      .getByText(/budget kept$/)
      .waitFor()
    await endSession(on)
    await userSees(on, ENDED_BY_USER)
    await expect.poll(() => userState(on).innerText()).toBe('Bot is answering')
    await expectCount(on.desk.getByRole('button', { name: `Wim: ${on.words.closed}`, exact: true }), 2)
    await say(on, 'Hello bot!')
    await userSees(on, 'Hello bot!')
    await expect.poll(() => userChat(on).getByText(BOT).count()).toBeGreaterThanOrEqual(3)
    expect(await on.desk.innerText()).not.toContain('Hello bot!')
  })

  it('nobody answers: the session ends, and the user is told', async () => {
    const on = await suite.open()
    await addUser(on, 'Xena', 'xena@example.com')
    await escalate(on)
    await openChat(on, 'Xena', 'waiting')
    await moveClock(on, '5 seconds')
    await missChat(on)
    await chatOf(on, 'Xena', 'closed').waitFor()
    await moveClock(on, '5 seconds')
    await expect.poll(() => userState(on).innerText()).toBe('Bot is answering')
    await userSees(on, ENDED_BY_AGENT)
  })
}

async function handOver(on: SandboxPage, user: string, problem: string): Promise<void> {
  await say(on, problem)
  await userSees(on, problem)
  await userSees(on, BOT)
  await escalate(on)
  await expect.poll(() => userState(on).innerText()).toBe('Waiting for an agent')
  await takeChat(on, user)
  await agentSees(on, new RegExp(problem))
  await expect.poll(() => userState(on).innerText()).toBe(`With ${on.agents[0]}`)
  await joinIsTold(on, on.agents[0])
  await moveClock(on, '5 seconds')
}

async function talk(on: SandboxPage, user: string): Promise<void> {
  const lines = ['Hello, how can I help?', 'It smokes. What should I do?', 'Pull the plug.', 'Done, thank you!']
  for (const [index, line] of lines.entries()) {
    const isAgent = index % 2 === 0
    await (isAgent ? reply(on, line) : say(on, line))
    await (isAgent ? userSees(on, line) : agentSees(on, line))
  }
  await expectOnceInOrder(userChat(on), lines)
  await expectOnceInOrder(chatLog(on, user), lines)
}

async function exchangeFiles(on: SandboxPage): Promise<void> {
  const [smoke, plug] = [picture('smoke.png', [90, 90, 90]), picture('plug.png', [200, 40, 40])]
  const [bill, manual] = [pdf('bill.pdf', 'A bill'), pdf('manual.pdf', 'A manual')]
  for (const file of [smoke, bill]) {
    await sendFile(on, file)
    const link = on.desk.getByRole('log').getByRole('link', { name: file.name })
    await link.waitFor()
    expect(await bytesAt(on, await link.getAttribute('href'))).toEqual(file.buffer)
  }
  await attach(on, plug)
  const shown = userChat(on).locator('img[src*="plug"]')
  await shown.waitFor()
  expect(await bytesAt(on, await shown.getAttribute('src'))).toEqual(plug.buffer)
  await attach(on, manual)
  const link = userChat(on).getByRole('link', { name: /manual/ })
  await link.waitFor()
  expect(await bytesAt(on, await link.getAttribute('href'))).toEqual(manual.buffer)
}

async function changeAgent(on: SandboxPage): Promise<void> {
  const [, second] = on.agents
  await transferTo(on, second)
  await expect.poll(() => userState(on).innerText()).toBe(`With ${second}`)
  await actAs(on, second)
  await reply(on, 'Now I am with you.')
  await userSees(on, 'Now I am with you.')
  await userSees(on, second)
}

/** The numbers of the budgets stand beside the counts, and nothing was more. */
async function budgetsAreKept(on: SandboxPage): Promise<void> {
  for (const title of [/takes the chat/, /Vera writes “It smokes/, /writes “Pull the plug/]) {
    await stepOf(on, title)
      .first()
      .getByText(/budget kept$/)
      .waitFor()
    expect(await stepOf(on, title).first().innerText()).toMatch(/\d of \d/)
  }
  await expectCount(on.journal.getByText(/^over the/), 0)
}

const JOINED = 'A human agent has joined the conversation.'

/** With name and picture: the provider's where its API has one, else the initials. */
async function joinIsTold(on: SandboxPage, agent: string): Promise<void> {
  const notice = userChat(on).getByText(JOINED).last().locator('..')
  await notice.getByText(agent, { exact: true }).waitFor()
  const picture = notice.locator('img')
  const initials = notice.getByText(
    agent
      .split(' ')
      .map((word) => word[0])
      .join(''),
    { exact: true }
  )
  await picture.or(initials).first().waitFor()
  if ((await picture.count()) === 0) return
  await expect.poll(() => picture.evaluate((one) => 'naturalWidth' in one && Number(one.naturalWidth) > 0)).toBe(true)
}
