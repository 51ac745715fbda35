import { providers } from '@hitl/sandbox/providers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Cause, causes, type Run } from '../src/faults/causes'
import { playRun } from '../src/faults/play-run'
import { FAULT, STEP } from '../src/faults/scene'
import { steps } from '../src/faults/steps'
import { MARK } from '../src/faults/words'
import { type QuickTime, quickTime } from '../src/quick-time'

const SPEED = 10

let time: QuickTime
beforeAll(() => {
  time = quickTime()
})
afterAll(() => time.restore())

function find<T extends { name: string }>(all: readonly T[], name: string): T {
  const found = all.find((one) => one.name === name)
  if (!found) throw new Error(`There is no ${name}`)
  return found
}

const play = (step: string, run: Omit<Run, 'label'>, more: Partial<Cause> = {}) => {
  const cause: Cause = { name: 'test', title: 'test', runs: () => [], ...more }
  const played = {
    provider: find(providers, 'livechat'),
    step: find(steps, step),
    cause,
    run: { label: 'test', ...run },
  }
  return playRun(played, time, SPEED)
}

const text = `My printer smokes. (${MARK})`

describe('a run', () => {
  it('in which nothing goes wrong is delivered once', async () => {
    const result = await play('agent-text', { play: (_scene, act) => act() })
    expect(result).toEqual({ verdict: 'once', notes: [], leaks: [], hit: true })
  })

  it('whose webhook never arrives is lost', async () => {
    const result = await play('agent-text', {
      play: async ({ emulator, stage }, act) => {
        emulator.deliveries.mode(stage.provider.name, { dropNext: 1 })
        await act()
      },
    })
    expect(result.verdict).toBe('lost')
    expect(result.notes).toContain('a message for Ana')
  })

  it('after which the user reads the same again is doubled', async () => {
    const result = await play('agent-text', {
      play: async ({ desk, ana }, act) => {
        await act()
        await desk.forge({ event: 'message', thread: ana.thread, text })
      },
    })
    expect(result).toMatchObject({ verdict: 'doubled', notes: ['a message for Ana came 2 times'] })
  })

  it('after which the user reads what nobody wrote is misattributed', async () => {
    const result = await play('agent-text', {
      play: async ({ desk, ana }, act) => {
        await act()
        await desk.forge({ event: 'message', thread: ana.thread, text: 'Nobody wrote this.' })
      },
    })
    expect(result).toMatchObject({ verdict: 'misattributed', notes: ['a message for Ana that was never written'] })
  })

  it('in which the words of one user reach the agent of another is misattributed', async () => {
    const result = await play('user-text', {
      play: async ({ desk, ana, bob }, act) => {
        await act()
        await desk.forge({ event: 'message', thread: bob.thread, text: `To Bob, from ${ana.name}` })
      },
    })
    expect(result).toMatchObject({ verdict: 'misattributed', notes: ['a message for Bob that was never written'] })
  })

  it('that leaves a chat open with nobody behind it is stuck', async () => {
    const cause = find(causes, 'killed-after-botpress')
    const result = await play(
      'start',
      {
        play: async ({ emulator, fleet }, act) => {
          const match = 'PUT /v1/chat/conversations/'
          const fault = { kind: 'call', when: 'after', run: () => fleet.kill() } as const
          emulator.faults.add({ target: 'botpress', step: STEP, name: FAULT, match, fault })
          await act()
        },
      },
      cause
    )
    expect(result).toMatchObject({ verdict: 'stuck', hit: true })
    expect(result.notes).toContain('1 chats are open with nobody behind them')
  })

  it('that fails and can be repeated has failed loudly', async () => {
    const result = await play('user-text', {
      play: async ({ emulator, stage, desk }, act) => {
        const fault = { kind: 'status', status: 403, body: desk.refusals.forbidden } as const
        emulator.faults.add({ target: stage.provider.name, step: STEP, name: FAULT, fault })
        await act()
      },
    })
    expect(result).toMatchObject({ verdict: 'failed', leaks: [] })
    expect(result.notes).toHaveLength(1)
  })

  it('whose fault meets no call says so', async () => {
    const result = await play('agent-text', { play: (_scene, act) => act() }, { needsCall: true })
    expect(result.hit).toBe(false)
  })

  it.each([
    ['a secret in the log', 'sandbox-webhook-secret'],
    ['a secret in the log', 'SANDBOX-WEBHOOK-SECRET'],
    ['words of people in the log', `somebody said ${MARK}`],
  ])('that logs what must not be logged says so: %s (%s)', async (leak, line) => {
    const result = await play('agent-text', {
      play: async (_scene, act) => {
        console.info(line)
        await act()
      },
    })
    expect(result.leaks).toEqual([leak])
  })
})
