import { afterEach, beforeEach, expect, it, onTestFinished } from 'vitest'
import type { Play } from '../src/play'
import { shiftTime } from '../src/testing/process-patches'
import { chatOf, type DeskKit, NOTE, openDesk, playMissed, playSession, refusalOf, shown, waitWith } from './desk-kit'
import { deskPromises } from './desk-suite'

let kit: DeskKit
let play: Play

beforeEach(async () => {
  kit = await openDesk('hubspot')
  play = kit.play
})
afterEach(() => kit.close())

it('shows all that happens in a conversation, in order', async () => {
  const ana = await playSession(play)
  const chat = chatOf(play, ana.thread)
  expect(chat.entries.map(shown)).toEqual([
    expect.stringMatching(/^contact Ana: Printer on fire/),
    expect.stringMatching(/^note Botpress: Conversation with the bot/),
    'system Anna Nowak: Assigned to Anna Nowak',
    'agent Anna Nowak: Hello Ana',
    'contact Ana: It smokes',
    'contact Ana: [printer.png image/png]',
    'agent Anna Nowak: [manual.pdf application/pdf]',
    `note Anna Nowak: ${NOTE}`,
    'system Anna Nowak: Assigned to Ben Carter',
    'agent Ben Carter: Ben here',
    'system Ben Carter: Conversation closed',
  ])
  expect(new Set(chat.entries.map(({ id }) => id)).size).toBe(chat.entries.length)
  expect(chat.outcome).toBe('Closed by Ben Carter')
})

it('shows a conversation that was closed before anybody replied', async () => {
  const bob = await playMissed(play)
  expect(chatOf(play, bob.thread)).toMatchObject({
    state: 'closed',
    outcome: 'Closed by Anna Nowak without a reply',
  })
  expect(bob.user.hitlActive).toBe(false)
})

it('assigns what is nobody’s to whoever replies', async () => {
  const [, ben] = play.desk.agents
  const ana = play.person('Ana', 'ana@example.com')
  await waitWith(play, ana)
  await play.write(ana, ben, 'I am quick.')
  expect(chatOf(play, ana.thread)).toMatchObject({ state: 'active', agent: ben })
  expect(ana.user.transcript).toContainEqual(
    expect.objectContaining({ from: 'agent', agentName: 'Ben Carter', payload: { text: 'I am quick.' } })
  )
})

it('opens a closed conversation again when somebody replies', async () => {
  const ana = await playSession(play)
  const [thread] = ana.threads
  await play.step(undefined, 'late', () => play.desk.write(thread ?? ana.thread, play.desk.agents[0], 'One more thing'))
  expect(chatOf(play, ana.thread)).toMatchObject({ state: 'active', agent: { name: 'Ben Carter' } })
  expect(chatOf(play, ana.thread).entries.map(shown)).toContain('system Anna Nowak: Conversation opened again')
})

it('shows the agent when a message could not be delivered', async () => {
  const ana = await playSession(play)
  const time = shiftTime()
  onTestFinished(time.restore)
  time.shift(60_000)
  await play.step(undefined, 'late', () => play.desk.write(ana.thread, play.desk.agents[1], 'Are you there?'))
  expect(chatOf(play, ana.thread).entries.map(shown)).toContainEqual(
    expect.stringMatching(/^system Botpress: Not delivered: .*session has ended/)
  )
})

it('shows what the integration has handed over beside the conversation', async () => {
  const tom = play.person('Tom', 'tom.field@example.com')
  await waitWith(play, tom, { inboxId: '1431487402' })
  expect(chatOf(play, tom.thread).details).toEqual(
    expect.arrayContaining([
      ['Inbox', 'Sales'],
      ['Channel', 'Botpress'],
      ['Contact ID', '51'],
    ])
  )
})

it('tells an agent in one sentence what cannot be done', async () => {
  const { desk } = play
  const [anna, ben] = desk.agents
  const ana = play.person('Ana', 'ana@example.com')
  await waitWith(play, ana)
  await play.join(ana, anna)
  expect(refusalOf(() => desk.join(ana.thread, anna))).toBe('Anna Nowak already answers this conversation.')
  expect(refusalOf(() => desk.transfer(ana.thread, ben, anna))).toBe('Anna Nowak already answers this conversation.')
  expect(refusalOf(() => desk.miss?.(ana.thread))).toBe('Anna Nowak already answers this conversation.')
  await play.close(ana, anna)
  for (const act of [
    () => desk.join(ana.thread, ben),
    () => desk.transfer(ana.thread, anna, ben),
    () => desk.close(ana.thread, anna),
    () => desk.miss?.(ana.thread),
  ]) {
    expect(refusalOf(act)).toBe('This conversation is closed.')
  }
  expect(refusalOf(() => desk.write({ key: '1' }, anna, 'Hi'))).toBe('This conversation does not exist any more.')
})

deskPromises(() => play, { pictures: true })
