import { describe, expect, it } from 'vitest'
import { hitlChannels, hitlStates, hitlUser } from '../src/botpress/definition-parts'
import { conversationTag, LIVE_TAG, messageTag, SET_UP_STATE, state, THREAD_TAGS, userTag } from '../src/botpress/names'

const { hitl } = hitlChannels('Acme')

describe('the definition', () => {
  it('has every tag and state that the code uses, and no other', () => {
    const keys = (record: object) => Object.keys(record).toSorted()
    const tags = [...Object.values(conversationTag), ...THREAD_TAGS, LIVE_TAG]
    expect(keys(hitl.conversation.tags)).toEqual(tags.toSorted())
    expect(keys(hitl.message.tags)).toEqual(Object.values(messageTag).toSorted())
    expect(keys(hitlUser.tags)).toEqual(Object.values(userTag).toSorted())
    expect(keys(hitlStates)).toEqual([...Object.values(state), SET_UP_STATE].toSorted())
  })

  it.each([
    ['conversation', hitl.conversation.tags],
    ['message', hitl.message.tags],
    ['user', hitlUser.tags],
  ])('gives each %s tag a title of its own and a description', (_name, tags) => {
    const all = Object.values(tags)
    for (const tag of all)
      expect(tag).toEqual({ title: expect.stringMatching(/./), description: expect.stringMatching(/./) })
    expect(new Set(all.map(({ title }) => title)).size).toBe(all.length)
  })

  it.each(Object.entries(hitlStates))(
    'gives each field of the state %s a title and a description',
    (_name, { schema }) => {
      expect(Object.keys(schema.shape)).not.toEqual([])
      for (const field of Object.values(schema.shape)) {
        expect(field.getMetadata()).toMatchObject({ title: expect.stringMatching(/./) })
        expect(field.description ?? '').not.toBe('')
      }
    }
  )
})
