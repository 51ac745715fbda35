import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Play } from '../src/play'
import {
  chatOf,
  type DeskKit,
  MANUAL,
  NOTE,
  openDesk,
  playMissed,
  playSession,
  refusalOf,
  shown,
  waitWith,
} from './desk-kit'
import { deskPromises } from './desk-suite'

let kit: DeskKit
let play: Play

beforeEach(async () => {
  kit = await openDesk('livechat')
  play = kit.play
})
afterEach(() => kit.close())

it('shows all that happens in a chat, in order', async () => {
  const ana = await playSession(play)
  const chat = chatOf(play, ana.thread)
  expect(chat.entries.map(shown)).toEqual([
    expect.stringMatching(/^contact Ana: Printer on fire/),
    expect.stringMatching(/^contact Ana: Conversation with the bot/),
    'system LiveChat: Anna Nowak joined the chat',
    'agent Anna Nowak: Hello Ana',
    'contact Ana: It smokes',
    'contact Ana: [printer.png image/png]',
    'agent Anna Nowak: [manual.pdf application/pdf]',
    `note Anna Nowak: ${NOTE}`,
    'system LiveChat: Chat transferred',
    'agent Ben Carter: Ben here',
    'system LiveChat: Ben Carter archived the chat',
  ])
  expect(chat.entries.map(({ at }) => at)).toEqual(chat.entries.map(({ at }) => at).toSorted((a, b) => a - b))
  expect(new Set(chat.entries.map(({ id }) => id)).size).toBe(chat.entries.length)
  expect(chat.outcome).toBe('Ben Carter archived the chat')
})

it('shows a chat that left the queue because nobody was available', async () => {
  const bob = await playMissed(play)
  expect(chatOf(play, bob.thread)).toMatchObject({ state: 'closed', outcome: 'Chat archived: no agent is available' })
  expect(bob.user.hitlActive).toBe(false)
})

it('shows each session as a chat of its own, although LiveChat goes on with the same one', async () => {
  const ana = await playSession(play)
  await waitWith(play, ana)
  expect(play.desk.chats().map(({ state }) => state)).toEqual(['closed', 'waiting'])
  expect(play.desk.chats().map(({ key }) => key)).toEqual(play.desk.threads().map(({ key }) => key))
  const [old] = ana.threads
  expect(refusalOf(() => play.desk.close(old ?? ana.thread, play.desk.agents[1]))).toBe('This chat is closed.')
})

it('shows what the integration has handed over beside the chat', async () => {
  const ana = play.person('Ana', 'ana@example.com')
  await waitWith(play, ana, { groupId: 1, tags: ['vip'], customFields: { Plan: 'Gold' } })
  const { details } = chatOf(play, ana.thread)
  expect(details).toEqual(
    expect.arrayContaining([
      ['Group', 'Sales'],
      ['Tags', 'vip'],
      ['Plan', 'Gold'],
    ])
  )
})

it('tells an agent in one sentence what cannot be done', async () => {
  const { desk } = play
  const [anna, ben] = desk.agents
  const ana = play.person('Ana', 'ana@example.com')
  await waitWith(play, ana)
  const first = 'Anna Nowak does not answer this chat yet: choose "Start chatting" first.'
  expect(refusalOf(() => desk.write(ana.thread, anna, 'Hi'))).toBe(first)
  expect(refusalOf(() => desk.note(ana.thread, anna, 'Hi'))).toBe(first)
  expect(refusalOf(() => desk.sendFile(ana.thread, anna, MANUAL))).toBe(first)
  expect(refusalOf(() => desk.close(ana.thread, anna))).toBe(first)
  await play.join(ana, anna)
  expect(refusalOf(() => desk.join(ana.thread, anna))).toBe('Anna Nowak already answers this chat.')
  expect(refusalOf(() => desk.write(ana.thread, ben, 'Hi'))).toBe('Anna Nowak answers this chat, not Ben Carter.')
  expect(refusalOf(() => desk.transfer(ana.thread, anna, anna))).toBe('Anna Nowak already answers this chat.')
  expect(refusalOf(() => desk.miss?.(ana.thread))).toBe('Anna Nowak already answers this chat.')
  const program = { name: 'setup.exe', contentType: 'application/octet-stream', bytes: new Uint8Array([77]) }
  expect(refusalOf(() => desk.sendFile(ana.thread, anna, program))).toBe('Executable files are not allowed.')
  await play.close(ana, anna)
  for (const act of [
    () => desk.write(ana.thread, anna, 'Hi'),
    () => desk.join(ana.thread, ben),
    () => desk.close(ana.thread, anna),
    () => desk.miss?.(ana.thread),
  ]) {
    expect(refusalOf(act)).toBe('This chat is closed.')
  }
  expect(refusalOf(() => desk.close({ key: 'nobody/knows' }, anna))).toBe('This chat does not exist any more.')
})

deskPromises(() => play, { pictures: true })
