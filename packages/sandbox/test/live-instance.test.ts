import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { openStage } from '../src/stage'
import { livechatStage } from '../src/providers/livechat'
import { lastStep, newUser, openLive, type Played, says, shown, talking } from './live-kit'

const LONG = { timeout: 60_000 }

let page: Played
beforeEach(async () => void (page = await openLive('livechat')))
afterEach(() => page.live.close())

const instanceState = () => page.known().view.instance

/** Process ids of bundles that belong to this test's process. */
async function bundles(): Promise<number[]> {
  const { execFileSync } = await import('node:child_process')
  const lines = execFileSync('ps', ['-o', 'pid=,args=', '--ppid', String(process.pid)], { encoding: 'utf8' }).split(
    '\n'
  )
  return lines.filter((line) => line.includes('instance-runner')).map((line) => Number.parseInt(line, 10))
}

it('that has ended by itself is told, and the next step has a fresh one', LONG, async () => {
  const { user, chat, agent } = await talking(page, 'Eve')
  const [pid = 0] = await bundles()
  process.kill(pid, 'SIGKILL')
  await vi.waitFor(() => expect(instanceState().state).toBe('stopped'), 5_000)
  await page.play({ type: 'agentWrites', chat, agent, text: 'Still here' })
  expect(shown(page, user, 'agent')).toEqual(['Still here'])
  expect(instanceState()).toEqual({ state: 'running', restarts: 1 })
})

it('does not end when Ctrl-C reaches every process of the terminal', LONG, async () => {
  const { user } = await talking(page, 'Tim')
  const [pid = 0] = await bundles()
  process.kill(pid, 'SIGINT')
  await sleep(300)
  await says(page, user, 'I am still heard')
  expect(shown(page, user, 'failure')).toEqual([])
  expect(instanceState()).toEqual({ state: 'running', restarts: 0 })
})

it('that hangs does not keep the sandbox from ending', LONG, async () => {
  const [pid = 0] = await bundles()
  process.kill(pid, 'SIGSTOP')
  void page.live.act({ type: 'userAsksForHuman', user: await newUser(page, 'Uli') }).catch(() => undefined)
  await sleep(100)
  const startedAt = performance.now()
  await page.live.close()
  expect(performance.now() - startedAt).toBeLessThan(15_000)
  expect(await bundles()).toEqual([])
  page = await openLive('livechat')
})

it('leaves no second process when the provider is started over while an instance is replaced', LONG, async () => {
  const user = await newUser(page, 'Max')
  await page.play({ type: 'setFault', name: 'instance-killed', on: true })
  const step = says(page, user, 'one').catch(() => undefined)
  await page.live.startOver()
  await step
  await vi.waitFor(async () => expect(await bundles()).toHaveLength(1), 10_000)
})

it('follows the emulated clock, so that signatures and tokens of tomorrow are right', LONG, async () => {
  await page.play({ type: 'moveClock', ms: 86_400_000 })
  const { user, chat, agent } = await talking(page, 'Ira')
  await page.play({ type: 'agentWrites', chat, agent, text: 'Good morning' })
  expect(shown(page, user, 'agent')).toEqual(['Good morning'])
  expect(lastStep(page).error).toBeUndefined()
})

it('cannot be started on a stage that is closed', LONG, async () => {
  const stage = await openStage(livechatStage, { instances: 'process' })
  await stage.close()
  await expect(stage.restart()).rejects.toThrow('The stage is closed')
})
