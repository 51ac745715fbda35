import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { anna, conversationsApi, HubSpotKit, last } from './hubspot-kit'
import { nested } from './world'

let kit: HubSpotKit
beforeAll(async () => {
  kit = await HubSpotKit.start()
})
afterAll(() => kit.close())
beforeEach(() => kit.reset())

it('carries a conversation from the first message to the close', async () => {
  const desk = await kit.desk()
  kit.hub.subscribeByHand(kit.webhookUrl)
  const threadId = await kit.open(desk)
  const agent = kit.hub.agent(anna)
  agent.take(threadId)
  agent.reply(threadId, 'Let me look')
  agent.close(threadId)
  expect(nested(last(await kit.channelHooks()), 'message')['text']).toBe('Let me look')
  expect((await kit.events()).map(({ propertyName, propertyValue }) => [propertyName, propertyValue])).toEqual(
    expect.arrayContaining([
      ['assignedTo', `A-${anna}`],
      ['status', 'CLOSED'],
    ])
  )
  const thread = await kit.call('GET', `${conversationsApi}/threads/${threadId}?association=TICKET`)
  expect(thread.body).toMatchObject({ id: threadId, status: 'CLOSED', assignedTo: `A-${anna}` })
  expect(kit.emulator.unlisted).toEqual([])
})
