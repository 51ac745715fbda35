import type { Action } from '@hitl/sandbox-page/protocol'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  chatOf,
  entries,
  found,
  lastStep,
  NAMES,
  newUser,
  openLive,
  PICTURE,
  type Played,
  refusal,
  says,
  shown,
  talking,
  text,
  userOf,
  waiting,
} from './live-kit'

const NEVER_MADE = 'never-made'

describe.each(NAMES)('%s on the page', (name) => {
  let page: Played
  beforeAll(async () => void (page = await openLive(name)))
  afterAll(() => page.live.close())

  it('begins with Ana, whom the bot greets and offers a human', () => {
    const [ana] = page.known().view.users
    expect(ana).toMatchObject({ name: 'Ana', hitlActive: false })
    expect(ana?.items).toMatchObject([{ from: 'bot', choices: [{ label: 'Talk to a human', value: 'human' }] }])
    expect(page.known().view.installation).toMatchObject({ status: 'registered', reason: null })
  })

  it('lets user and agent talk in texts, pictures and files until the agent closes the chat', async () => {
    const { user, chat, agent, other } = await waiting(page, 'Eva')
    expect(chatOf(page, user)).toMatchObject({ key: chat, state: 'waiting' })
    await page.play({ type: 'agentTakes', chat, agent })
    expect(chatOf(page, user)).toMatchObject({ state: 'active', agent: { id: agent } })
    // Of a young session everything is held back for about as long, and a busy machine may mix up what is close together.
    await page.play({ type: 'moveClock', ms: 10_000 })
    await says(page, user, 'two\nlines')
    const picture = page.live.upload({ name: 'printer.png', contentType: 'image/png', bytes: PICTURE })
    await page.play({ type: 'userSays', user, message: { type: 'image', imageUrl: picture.url, title: picture.name } })
    await page.play({ type: 'agentWrites', chat, agent, text: 'Hello Eva' })
    const file = page.live.upload({ name: 'manual.pdf', contentType: 'application/pdf', bytes: PICTURE })
    await page.play({ type: 'agentSendsFile', chat, agent, upload: file.id })
    await page.play({ type: 'agentNotes', chat, agent, text: 'a VIP' })
    await page.play({ type: 'agentTransfers', chat, agent, to: other })
    expect(chatOf(page, user)).toMatchObject({ agent: { id: other } })
    await page.play({ type: 'moveClock', ms: 10_000 })
    await page.play({ type: 'agentWrites', chat, agent: other, text: 'I go on' })
    await page.play({ type: 'agentCloses', chat, agent: other })
    await page.play({ type: 'moveClock', ms: 10_000 })

    expect(entries(page, chat, 'contact')).toEqual(expect.arrayContaining(['two\nlines', 'printer.png']))
    expect(entries(page, chat, 'note')).toContain('a VIP')
    const agentNames = userOf(page, user).items.flatMap(({ from, name: by }) => (from === 'agent' ? by : []))
    expect(agentNames).toEqual(['Anna Nowak', expect.any(String), 'Ben Carter'])
    expect(shown(page, user, 'agent')[0]).toBe('Hello Eva')
    expect(shown(page, user, 'agent').at(-1)).toBe('I go on')
    expect(JSON.stringify(userOf(page, user).items)).not.toContain('a VIP')
    expect(shown(page, user, 'failure')).toEqual([])
    expect(chatOf(page, user)).toMatchObject({ state: 'closed', outcome: expect.any(String) })
    expect(userOf(page, user)).toMatchObject({ hitlActive: false })
  })

  it('tells the name of the agent who has joined, and none once the session is over', async () => {
    const { user, chat, agent } = await talking(page, 'Nia')
    expect(userOf(page, user).agent).toBe('Anna Nowak')
    await page.play({ type: 'agentCloses', chat, agent })
    await page.play({ type: 'moveClock', ms: 10_000 })
    expect(userOf(page, user).agent).toBeUndefined()
  })

  it('hands over whoever asks for a human in words, and answers other words as the bot', async () => {
    const user = await newUser(page, 'Ida')
    await says(page, user, 'My printer smokes')
    expect(userOf(page, user)).toMatchObject({ hitlActive: false })
    expect(shown(page, user, 'bot')).toHaveLength(2)
    await says(page, user, 'I want a human')
    expect(userOf(page, user)).toMatchObject({ hitlActive: true })
    expect(JSON.stringify(chatOf(page, user))).toContain('I want a human')
    expect(JSON.stringify(chatOf(page, user))).toContain('My printer smokes')
  })

  it('hands over title and description of the button', async () => {
    const user = await newUser(page, 'Lea')
    await page.play({ type: 'userAsksForHuman', user, title: 'Broken lamp', description: 'It is dark here.' })
    expect(JSON.stringify(chatOf(page, user))).toMatch(/Broken lamp.*It is dark here\./)
    await expect(page.live.act({ type: 'userAsksForHuman', user })).rejects.toThrow('Lea is with an agent already.')
  })

  it('ends the session when the user writes /end', async () => {
    const { user } = await talking(page, 'Uma')
    await says(page, user, ' /end ')
    expect(lastStep(page).title).toBe('Uma ends the session')
    expect(userOf(page, user)).toMatchObject({ hitlActive: false })
    expect(chatOf(page, user).state).toBe('closed')
    expect(shown(page, user, 'notice').at(-1)).toMatch(/^You have ended the session/)
    expect(shown(page, user, 'failure')).toEqual([])
  })

  it('tells the user when nobody answered', async () => {
    const { user, chat } = await waiting(page, 'Mia')
    await page.play({ type: 'chatIsMissed', chat })
    await page.play({ type: 'moveClock', ms: 10_000 })
    expect(chatOf(page, user).state).toBe('closed')
    expect(userOf(page, user)).toMatchObject({ hitlActive: false })
    expect(shown(page, user, 'notice')).toHaveLength(2)
  })

  it('gives up after the assignment timeout, and only when no agent has joined', async () => {
    await page.play({ type: 'setAssignmentTimeout', seconds: 60 })
    expect(page.live.settings.assignmentTimeoutSeconds).toBe(60)
    const alone = await waiting(page, 'Pia')
    const served = await waiting(page, 'Ria')
    await page.play({ type: 'agentTakes', chat: served.chat, agent: served.agent })
    await page.play({ type: 'moveClock', ms: 61_000 })
    await page.play({ type: 'setAssignmentTimeout', seconds: 0 })
    expect(userOf(page, alone.user)).toMatchObject({ hitlActive: false })
    expect(shown(page, alone.user, 'notice').at(-1)).toMatch(/^No human agent is available/)
    expect(userOf(page, served.user)).toMatchObject({ hitlActive: true })
  })

  it('answers a session option the account does not know with the words of the integration', async () => {
    const options = { livechat: { groupId: 99 }, hubspot: { inboxId: '999' }, 'zoho-salesiq': { departmentId: '999' } }
    const user = await newUser(page, 'Ava')
    const before = page.known().view.chats.length
    await page.play({ type: 'userAsksForHuman', user, options: options[name] })
    expect(shown(page, user, 'failure')).toEqual([expect.stringMatching(/group|inbox "999"|department/)])
    expect(lastStep(page)).toMatchObject({ error: shown(page, user, 'failure')[0] })
    expect(userOf(page, user)).toMatchObject({ hitlActive: false })
    expect(page.known().view.chats).toHaveLength(before)
  })

  it('brings a session option that is right to the desk, and tells the end of that session', async () => {
    const options = {
      livechat: { groupId: 1 },
      hubspot: { inboxId: '1431487402' },
      'zoho-salesiq': { departmentId: '402199000000002015' },
    }
    const user = await newUser(page, 'Zoe')
    await page.play({ type: 'userAsksForHuman', user, options: options[name] })
    expect(chatOf(page, user).details.map(([, value]) => value)).toContain('Sales')
    await page.play({ type: 'chatIsMissed', chat: chatOf(page, user).key })
    await page.play({ type: 'moveClock', ms: 10_000 })
    expect(userOf(page, user)).toMatchObject({ hitlActive: false })
  })

  it('shows a message that was not delivered as a failure, and shows no success', async () => {
    const { user, chat, agent } = await talking(page, 'Kai')
    await page.play({ type: 'setFault', name: 'webhook-reordered', on: true })
    await page.play({ type: 'agentCloses', chat, agent })
    await says(page, user, 'lost words')
    expect(shown(page, user, 'failure')).toEqual([expect.stringMatching(/^Not delivered: \S+/)])
    expect(entries(page, chat, 'contact')).not.toContain('lost words')
    await page.play({ type: 'setFault', name: 'webhook-reordered', on: false })
    await page.play({ type: 'moveClock', ms: 10_000 })
    expect(userOf(page, user)).toMatchObject({ hitlActive: false })
  })

  it('keeps two users with the same name apart', async () => {
    const one = await page.live.act({ type: 'addUser', name: 'Sam' })
    const two = await page.live.act({ type: 'addUser', name: 'Sam' })
    expect(one.user).not.toBe(two.user)
    await page.play({ type: 'userAsksForHuman', user: found(one.user, 'first') })
    await page.play({ type: 'userAsksForHuman', user: found(two.user, 'second') })
    await says(page, found(one.user, 'first'), 'words of the first')
    const [first, second] = page.known().view.chats.slice(-2)
    expect(entries(page, found(first, 'chat').key, 'contact')).toContain('words of the first')
    expect(entries(page, found(second, 'chat').key, 'contact')).not.toContain('words of the first')
    expect(lastStep(page).users).toEqual([one.user])
  })

  it('refuses in one sentence what cannot be done, and goes on', async () => {
    const { user, chat, agent, other } = await waiting(page, 'Rex')
    const refused: Action[] = [
      { type: 'userSays', user: NEVER_MADE, message: text('hello') },
      { type: 'userAsksForHuman', user: NEVER_MADE },
      { type: 'agentTakes', chat: NEVER_MADE, agent },
      { type: 'agentTakes', chat, agent: NEVER_MADE },
      { type: 'agentSendsFile', chat, agent, upload: NEVER_MADE },
      { type: 'agentTransfers', chat, agent, to: NEVER_MADE },
      { type: 'agentTransfers', chat: NEVER_MADE, agent, to: other },
      { type: 'agentWrites', chat: NEVER_MADE, agent, text: 'x' },
      { type: 'agentNotes', chat: NEVER_MADE, agent, text: 'x' },
      { type: 'agentCloses', chat: NEVER_MADE, agent },
      { type: 'chatIsMissed', chat: NEVER_MADE },
      { type: 'setFault', name: NEVER_MADE, on: true },
    ]
    for (const action of refused) {
      const before = page.known().view.chats
      expect(await refusal(page.play(action))).toMatch(/^[A-Z][^\n]*\.$/)
      expect(page.known().view.chats).toEqual(before)
    }
    await page.play({ type: 'agentTakes', chat, agent })
    expect(await refusal(page.play({ type: 'agentTakes', chat, agent }))).toMatch(/^Anna Nowak already answers/)
    expect(lastStep(page)).toMatchObject({ running: false, error: expect.stringContaining('already answers') })
    expect(await refusal(page.play({ type: 'chatIsMissed', chat }))).toMatch(/^Anna Nowak already answers/)
    await says(page, user, 'still here')
    expect(entries(page, chat, 'contact')).toContain('still here')
  })

  it('shows what a start over has left of before: nothing', async () => {
    const { user } = await talking(page, 'Gus')
    await page.play({ type: 'setFault', name: 'rate-limited', on: true })
    await page.play({ type: 'setFaultScope', scope: 'every' })
    await page.play({ type: 'setAssignmentTimeout', seconds: 30 })
    await page.play({ type: 'startOver' })
    const { view, steps, calls } = page.known()
    expect(view.users.map((one) => one.name)).toEqual(['Ana'])
    expect(view).toMatchObject({ chats: [], faultScope: 'first', held: 0, clock: { offsetMs: 0 } })
    expect(view.instance).toEqual({ state: 'running', restarts: 0 })
    expect(view.faults.filter(({ on }) => on)).toEqual([])
    expect(steps.map(({ title }) => title)).toEqual(['The integration is installed and registers'])
    expect(calls.filter(({ step }) => step !== steps[0]?.id)).toEqual([])
    expect(page.live.settings.assignmentTimeoutSeconds).toBe(0)
    expect(await refusal(says(page, user, 'hello'))).toBe('This user is gone; the sandbox was started over.')
  })
})
