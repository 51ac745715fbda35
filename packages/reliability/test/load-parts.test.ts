import { expect, it } from 'vitest'
import { startEmulator, traced } from '@hitl/emulator'
import { Arrivals, isAgentMessage } from '../src/load/arrivals'
import { checkPressure } from '../src/load/checks'
import { startFaultShower } from '../src/load/fault-shower'
import { Gate } from '../src/load/gate'
import { randomFrom } from '../src/load/random'
import { Slots } from '../src/load/slots'

it('chance comes again with the same seed and name, and differs with another', () => {
  const draws = (seed: number, name: string) => {
    const random = randomFrom(seed, name)
    return Array.from({ length: 20 }, () => random.whole(0, 1_000))
  }
  expect(draws(1, 'user')).toEqual(draws(1, 'user'))
  expect(draws(1, 'user')).not.toEqual(draws(2, 'user'))
  expect(draws(1, 'user')).not.toEqual(draws(1, 'agents'))
})

it('a closed gate holds everybody back until it is opened', async () => {
  const gate = new Gate()
  let passed = 0
  const pass = () => gate.passed().then(() => (passed += 1))
  await pass()
  gate.close()
  const waiting = [pass(), pass()]
  await new Promise((resolve) => setImmediate(resolve))
  expect(passed).toBe(1)
  gate.open()
  await Promise.all(waiting)
  expect(passed).toBe(3)
})

it('slots are given in order, and giving one back twice makes no more of them', async () => {
  const slots = new Slots(1)
  const order: string[] = []
  const giveBack = await slots.take()
  const second = slots.take().then((back) => (order.push('second'), back))
  const third = slots.take().then(() => order.push('third'))
  giveBack()
  giveBack()
  const giveBackSecond = await second
  await new Promise((resolve) => setImmediate(resolve))
  expect(order).toEqual(['second'])
  giveBackSecond()
  await third
  expect(order).toEqual(['second', 'third'])
})

it('waits for the sign of its own step, and tells when there has been none', async () => {
  const emulator = await startEmulator({ providers: [] })
  try {
    const { journal } = emulator
    const arrivals = new Arrivals(journal)
    const mine = arrivals.next('mine', isAgentMessage, 5_000)
    const never = arrivals.next('never', isAgentMessage, 5)
    const say = (step: string, label: string) =>
      traced({ step }, () => journal.add({ at: 0, kind: 'upstream', label, request: step }))
    say('other', 'agent: text')
    say('mine', 'notice: text')
    say('mine', 'agent: text')
    expect(await mine).toMatchObject({ label: 'agent: text', request: 'mine' })
    expect(await never).toBeUndefined()
  } finally {
    await emulator.close()
  }
})

it('hits about the share of calls that was asked for, on both sides, and nothing after its end', async () => {
  const emulator = await startEmulator({ providers: [] })
  try {
    const { journal, faults } = emulator
    const refusals = { unauthorized: 401, forbidden: 403, missing: 404, conflict: 409, tooMany: 429, internal: 500 }
    const random = randomFrom(3, 'faults')
    const end = startFaultShower({ emulator, provider: 'p', refusals, tokenCall: 'token', percent: 10, random })
    const hits = { p: 0, botpress: 0 }
    for (let call = 0; call < 2_000; call += 1) {
      for (const target of ['p', 'botpress'] as const) if (faults.take(target, 'any call')) hits[target] += 1
      journal.add({ at: 0, kind: 'vendor', provider: 'p', label: 'any call' })
      journal.add({ at: 0, kind: 'botpress', label: 'any call' })
      journal.add({ at: 0, kind: 'vendor', label: 'a file from somewhere' })
    }
    expect(hits.p).toBeGreaterThan(140)
    expect(hits.p).toBeLessThan(260)
    expect(hits.botpress).toBeGreaterThan(140)
    expect(hits.botpress).toBeLessThan(260)
    end()
    expect(faults.pending).toEqual([])
  } finally {
    await emulator.close()
  }
})

it('never loses the answer to a token call', async () => {
  const emulator = await startEmulator({ providers: [] })
  try {
    const { journal, faults } = emulator
    const random = randomFrom(3, 'faults')
    startFaultShower({
      emulator,
      provider: 'p',
      refusals: { unauthorized: 401, forbidden: 403, missing: 404, conflict: 409, tooMany: 429, internal: 500 },
      tokenCall: '/token',
      percent: 10,
      random,
    })
    const lost: string[] = []
    for (let call = 0; call < 4_000; call += 1) {
      const label = call % 2 === 0 ? 'POST /token' : 'POST /messages'
      const fault = faults.take('p', label)
      if (fault?.kind === 'drop' && fault.when === 'after') lost.push(label)
      journal.add({ at: 0, kind: 'vendor', provider: 'p', label })
    }
    expect(lost.length).toBeGreaterThan(10)
    expect(new Set(lost)).toEqual(new Set(['POST /messages']))
  } finally {
    await emulator.close()
  }
})

it('trouble that never came fails the check', () => {
  const enough = { calls: 10_000, percent: 2, faults: 190, doubled: 50, expirations: 3 }
  expect(checkPressure(enough)).toMatchObject([{ ok: true }])
  expect(checkPressure({ ...enough, faults: 20 })).toMatchObject([{ ok: false }])
  expect(checkPressure({ ...enough, doubled: 0 })).toMatchObject([{ ok: false }])
  expect(checkPressure({ ...enough, expirations: 0 })).toMatchObject([{ ok: false }])
  expect(checkPressure({ ...enough, percent: 0, faults: 0 })).toEqual([])
})
