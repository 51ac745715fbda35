import { afterEach, describe, expect, it } from 'vitest'
import { HELP_DESK, heardTexts, type Journey, openJourney, SALES } from './journey-world'

let world: Journey
afterEach(async () => {
  expect(world.leaks()).toEqual([])
  expect(world.emulator.unlisted).toEqual([])
  await world.shut()
})

/** Whether the channel is switched on, by inbox. */
const switchedOn = () =>
  Object.fromEntries(world.provider.channelAccounts.map(({ inboxId, authorized }) => [inboxId, authorized]))

async function chooseInbox(helpDeskId: string) {
  await world.installation.configure({ ...world.installation.configuration, helpDeskId })
  expect(world.installation.status).toBe('registered')
}

const escalated = (hitlSession?: object) => world.escalated(hitlSession ? { hitlSession } : {})

describe('another inbox in the settings', () => {
  it('gets the next session, and the former one is switched off when nobody talks there', async () => {
    world = await openJourney()
    await chooseInbox(SALES)
    expect(switchedOn()).toEqual({ [HELP_DESK]: false, [SALES]: true })
    const user = await escalated()
    expect(world.thread(user).inboxId).toBe(SALES)
  })

  it('leaves sessions of the former one alone until they end', async () => {
    world = await openJourney()
    const user = await escalated()
    world.anna.take(world.threadId(user))
    await world.settle()
    await chooseInbox(SALES)
    expect(switchedOn()).toEqual({ [HELP_DESK]: true, [SALES]: true })
    await user.say('are you still there?')
    world.anna.reply(world.threadId(user), 'yes, go on')
    await world.settle()
    expect(heardTexts(user)).toEqual(['yes, go on'])
    world.anna.close(world.threadId(user))
    await world.settle()
    await world.installation.register()
    expect(switchedOn()).toEqual({ [HELP_DESK]: false, [SALES]: true })
  })

  it('does not keep sessions from naming the former one', async () => {
    world = await openJourney({ instances: 2 })
    await chooseInbox(SALES)
    const user = await escalated({ inboxId: HELP_DESK })
    expect(world.thread(user).inboxId).toBe(HELP_DESK)
    expect(switchedOn()).toEqual({ [HELP_DESK]: true, [SALES]: true })
  })

  it('and back again switches on the first', async () => {
    world = await openJourney()
    await chooseInbox(SALES)
    await chooseInbox(HELP_DESK)
    expect(switchedOn()).toEqual({ [HELP_DESK]: true, [SALES]: false })
    expect(world.thread(await escalated()).inboxId).toBe(HELP_DESK)
  })

  it('does not switch off what nobody has chosen before: an inbox that sessions name', async () => {
    world = await openJourney()
    await escalated({ inboxId: SALES })
    await world.installation.register()
    expect(switchedOn()).toEqual({ [HELP_DESK]: true, [SALES]: true })
  })
})
