import { openStage, type Stage, type StageOptions } from '@hitl/sandbox/stage'
import { afterEach, describe, expect, it } from 'vitest'
import type { AcmeChatEmulator } from './emulator'
import { acmeChatStage } from './stage'

/** More than what holds events of a young session back, in ms of emulated time. */
const LATER_MS = 7_000

let stage: Stage<AcmeChatEmulator>
afterEach(() => stage.close())

const settle = async () => {
  await stage.emulator.settled()
  await stage.emulator.clock.advance(LATER_MS)
  await stage.emulator.settled()
}

const escalated = async (options: Partial<StageOptions> = {}) => {
  stage = await openStage(acmeChatStage, { instances: 'module', ...options })
  const user = stage.emulator.botpress.endUser({ name: 'Ana', email: 'ana@example.com' })
  await user.say('hello')
  await user.escalate({ title: 'Help', description: 'The printer burns' })
  await settle()
  return user
}

const threadId = () => stage.provider.threads.at(-1)?.id ?? ''

describe('the bundle in a process of its own', () => {
  it('plays all journeys: escalate, talk both ways, transfer, close', { timeout: 60_000 }, async () => {
    const user = await escalated({ instances: 'process' })
    stage.provider.join(threadId(), 0)
    await settle()
    stage.provider.write(threadId(), 0, { text: 'hi, I am Anna' })
    await user.say('my printer burns')
    await settle()
    stage.provider.join(threadId(), 1)
    await settle()
    stage.provider.write(threadId(), 1, { text: 'Ben here' })
    await settle()
    stage.provider.close(threadId())
    await settle()
    const heard = user.transcript.filter(({ from }) => from === 'agent').map(({ payload }) => payload['text'])
    expect(heard).toEqual(['hi, I am Anna', 'Ben here'])
    expect(user.hitlActive).toBe(false)
    expect(stage.emulator.unlisted).toEqual([])
  })
})

describe('the user', () => {
  it('ends the session, and the thread is closed', async () => {
    const user = await escalated()
    await user.end()
    await settle()
    expect(stage.provider.threads.map(({ isOpen }) => isOpen)).toEqual([false])
  })

  it('is told when Acme Chat refuses the key', async () => {
    stage = await openStage(acmeChatStage, { instances: 'module', settings: { apiKey: 'wrong' } })
    expect(stage.installation.status).not.toBe('registered')
    expect(stage.installation.statusReason).toContain('apiKey')
  })
})
