import { afterEach, beforeEach, expect, it } from 'vitest'
import { checkPerson } from '../src/ledger'
import { Narrator } from '../src/narrator'
import { paintFor } from '../src/paint'
import type { Person } from '../src/person'
import { Play } from '../src/play'
import { livechatStage } from '../src/providers/livechat'
import { livechatDesk } from '../src/providers/livechat-desk'
import { quiet } from '../src/quiet'
import { openStage, type Stage } from '../src/stage'

const narrator = new Narrator({
  print: () => undefined,
  paint: paintFor({}, {}),
  provider: '',
  verbose: false,
  secrets: [],
})

let stage: Stage<ReturnType<(typeof livechatStage)['emulate']>>
let play: Play
let ana: Person
let undo: () => void

beforeEach(async () => {
  undo = quiet()
  stage = await openStage(livechatStage, { instances: 'module' })
  play = new Play({ stage, desk: livechatDesk(stage, []) }, { narrator, pace: 'moved' })
  ana = play.person('Ana', 'ana@example.com')
  await play.say(ana, 'Hello bot')
  await play.escalate(ana, 'Help', 'Please')
  await play.join(ana, play.desk.agents[0])
  await play.write(ana, play.desk.agents[0], 'Hello Ana')
  await play.say(ana, 'Hello Anna')
})

afterEach(async () => {
  await stage.close()
  undo()
})

async function problems(rules: { ordered?: boolean; refusals?: number } = {}): Promise<string[]> {
  const { agentAssignedText, stoppedText } = play.emulator.botpress.settings
  const notices = { assigned: agentAssignedText, stopped: stoppedText }
  const checks = await checkPerson(ana, { ordered: true, refusals: 0, notices, ...rules })
  return checks.filter(({ ok }) => !ok).map(({ text }) => text)
}

it('finds nothing wrong with a conversation that went well', async () => {
  expect(await problems()).toEqual([])
})

it('finds words of an agent that were lost', async () => {
  stage.emulator.deliveries.mode('livechat', { dropNext: 1 })
  await play.write(ana, play.desk.agents[0], 'Are you there?')
  expect(await problems()).toEqual([expect.stringContaining('"Anna Nowak: Are you there?" was lost')])
})

it('finds words that came twice, or that nobody wrote, or under another name', async () => {
  const item = ana.user.transcript.find(({ from }) => from === 'agent')
  if (!item) throw new Error('The agent has said nothing')
  ana.user.transcript.push(item, { ...item, agentName: 'Ben Carter' })
  const [found] = await problems()
  expect(found).toContain('"Anna Nowak: Hello Ana" came 2 times')
  expect(found).toContain('"Ben Carter: Hello Ana" was never written')
})

it('finds a message of the user that was refused, unless that is what the fault is about', async () => {
  const { send } = play.desk.calls
  stage.emulator.faults.add({ target: 'livechat', match: send, fault: { kind: 'status', status: 403 } })
  await play.say(ana, 'Can you hear me?')
  expect(await problems()).toEqual([expect.stringContaining('1 refused, expected 0')])
  expect(await problems({ refusals: 1 })).toEqual([])
})

it('finds a changed order', async () => {
  await play.write(ana, play.desk.agents[0], 'Second')
  ana.user.transcript.reverse()
  expect(await problems()).toEqual([expect.stringContaining('the order has changed')])
  expect(await problems({ ordered: false })).toEqual([])
})

it('finds an assignment or an ending that was told too often or not at all', async () => {
  ana.expected = { assignments: 2, closings: 1 }
  const [found] = await problems()
  expect(found).toContain('1 assignment told instead of 2')
  expect(found).toContain('0 endings told instead of 1')
})

it('finds a hand-over that leaves something out', async () => {
  ana.handedOver.set(ana.thread.key, ['Help', 'a line that nobody handed over'])
  expect(await problems()).toEqual([expect.stringContaining('"a line that nobody handed over" is missing')])
})
