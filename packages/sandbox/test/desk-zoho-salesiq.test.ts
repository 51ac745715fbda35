import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Play } from '../src/play'
import { chatOf, type DeskKit, NOTE, openDesk, playMissed, playSession, refusalOf, shown, waitWith } from './desk-kit'
import { deskPromises } from './desk-suite'

let kit: DeskKit
let play: Play

beforeEach(async () => {
  kit = await openDesk('zoho-salesiq')
  play = kit.play
})
afterEach(() => kit.close())

it('shows all that happens in a conversation, in order', async () => {
  const ana = await playSession(play)
  const chat = chatOf(play, ana.thread)
  expect(chat.entries.map(shown)).toEqual([
    'contact Ana: My printer does not work.',
    expect.stringMatching(/^contact Bot: /),
    expect.stringMatching(/^contact Ana: Printer on fire/),
    'agent Anna Nowak: Hello Ana',
    'contact Ana: It smokes',
    'contact Ana: [printer.png image/png]',
    'agent Anna Nowak: [manual.pdf application/pdf]',
    `note Anna Nowak: ${NOTE}`,
    'agent Ben Carter: Ben here',
  ])
  expect(new Set(chat.entries.map(({ id }) => id)).size).toBe(chat.entries.length)
  expect(chat.outcome).toBe('Ended by operator')
})

it('shows a conversation that nobody has picked up as missed', async () => {
  const bob = await playMissed(play)
  expect(chatOf(play, bob.thread)).toMatchObject({ state: 'closed', outcome: 'Missed' })
  expect(bob.user.hitlActive).toBe(false)
})

it('shows what the integration has handed over beside the conversation', async () => {
  const ana = play.person('Ana', 'ana@example.com')
  await waitWith(play, ana, { waitTimeSeconds: 90, customInfo: { Plan: 'Gold', phone: '+15550100' } })
  const { details } = chatOf(play, ana.thread)
  expect(details).toEqual(
    expect.arrayContaining([
      ['Department', 'Support'],
      ['Brand', 'Acme Shop'],
      ['Phone', '+15550100'],
      ['Wait time', '90 s'],
      ['Plan', 'Gold'],
    ])
  )
})

it('tells an operator in one sentence what cannot be done', async () => {
  const { desk } = play
  const [anna, ben] = desk.agents
  const ana = play.person('Ana', 'ana@example.com')
  await waitWith(play, ana)
  const first = 'Anna Nowak does not answer this chat yet: choose "Pick up" first.'
  expect(refusalOf(() => desk.write(ana.thread, anna, 'Hi'))).toBe(first)
  expect(refusalOf(() => desk.note(ana.thread, anna, 'Hi'))).toBe(first)
  expect(refusalOf(() => desk.close(ana.thread, anna))).toBe(first)
  await play.join(ana, anna)
  expect(refusalOf(() => desk.join(ana.thread, ben))).toBe('Anna Nowak already answers this chat.')
  expect(refusalOf(() => desk.write(ana.thread, ben, 'Hi'))).toBe('Anna Nowak answers this chat, not Ben Carter.')
  expect(refusalOf(() => desk.transfer(ana.thread, anna, anna))).toBe('Anna Nowak already answers this chat.')
  expect(refusalOf(() => desk.miss?.(ana.thread))).toBe('Anna Nowak already answers this chat.')
  await play.close(ana, anna)
  for (const act of [
    () => desk.write(ana.thread, anna, 'Hi'),
    () => desk.join(ana.thread, ben),
    () => desk.close(ana.thread, anna),
    () => desk.miss?.(ana.thread),
  ]) {
    expect(refusalOf(act)).toBe('This chat is closed.')
  }
  expect(refusalOf(() => desk.close({ key: '1' }, anna))).toBe('This chat does not exist any more.')
})

deskPromises(() => play, { pictures: false })
