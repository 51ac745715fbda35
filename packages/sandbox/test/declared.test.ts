import { expect, it } from 'vitest'
import { declaredOf, unwrapDefault } from '../src/declared'

const definition = {
  name: 'acme',
  user: { tags: { agentId: {}, contactKey: {} } },
  states: { token: { type: 'integration' as const }, closed: { type: 'conversation' as const } },
  events: { hitlAssigned: {}, hitlStopped: {} },
  channels: {
    hitl: {
      messages: { text: {}, image: {} },
      message: { tags: { providerMessageId: {} } },
      conversation: { tags: { threadKey: {} } },
    },
    other: { messages: { text: {} } },
  },
}

it('tells the platform the tags, states, events and channels of a definition', () => {
  expect(declaredOf(definition)).toEqual({
    userTags: ['agentId', 'contactKey'],
    conversationTags: { hitl: ['threadKey'], other: [] },
    messageTags: ['providerMessageId'],
    states: { token: 'integration', closed: 'conversation' },
    events: ['hitlAssigned', 'hitlStopped'],
    channels: { hitl: ['text', 'image'], other: ['text'] },
  })
})

it('takes a definition that declares nothing', () => {
  expect(declaredOf({ name: 'empty' })).toEqual({
    userTags: [],
    conversationTags: {},
    messageTags: [],
    states: {},
    events: [],
    channels: {},
  })
})

it('finds a definition whether or not the loader has wrapped it', () => {
  expect(unwrapDefault(definition)).toBe(definition)
  expect(unwrapDefault<object>({ default: definition })).toBe(definition)
})
