import type { Message } from '@hitl/sandbox-page/protocol'
import { describe, expect, it } from 'vitest'
import { asksForHuman, answerTo } from '../src/live/bot'
import { toMessage, toPayload } from '../src/live/messages'

const url = 'https://files.example.com/a'

describe('a message of the page', () => {
  it.each<Message>([
    { type: 'text', text: 'two\nlines' },
    { type: 'image', imageUrl: url, title: 'a.png' },
    { type: 'image', imageUrl: url },
    { type: 'audio', audioUrl: url, title: 'a.mp3' },
    { type: 'video', videoUrl: url },
    { type: 'file', fileUrl: url, title: 'a.pdf' },
    { type: 'location', latitude: 45.5, longitude: -73.6, address: 'Rue 1', title: 'Here' },
    {
      type: 'bloc',
      items: [
        { type: 'text', text: 'one' },
        { type: 'file', fileUrl: url },
      ],
    },
  ])('comes back from Botpress as it was: $type', (message) => {
    const payload = toPayload(message)
    expect(payload.type).toBe(message.type)
    expect(payload.payload).not.toHaveProperty('type')
    expect(toMessage(payload)).toEqual(message)
  })

  it('has the type beside the payload in a bloc, too', () => {
    const message = { type: 'bloc', items: [{ type: 'text', text: 'one' }] } as const
    expect(toPayload(message)).toEqual({
      type: 'bloc',
      payload: { items: [{ type: 'text', payload: { text: 'one' } }] },
    })
  })

  it('that only a bot can send goes out as its words', () => {
    expect(toPayload({ type: 'other', name: 'card', text: 'words' })).toEqual({
      type: 'text',
      payload: { text: 'words' },
    })
  })
})

describe('a message of Botpress', () => {
  it('of a kind that the page does not draw is told in words', () => {
    const card = { title: 'Shoes', subtitle: 'red', actions: [{ label: 'Buy', value: 'buy' }, { label: 'Leave' }] }
    expect(toMessage({ type: 'card', payload: card })).toEqual({
      type: 'other',
      name: 'card',
      text: 'Shoes\nred\nBuy\nbuy\nLeave',
    })
    expect(toMessage({ type: 'choice', payload: {} })).toEqual({ type: 'other', name: 'choice', text: '' })
  })

  it('in Markdown is a text', () => {
    expect(toMessage({ type: 'markdown', payload: { markdown: '**bold**' } })).toEqual({
      type: 'text',
      text: '**bold**',
    })
  })

  it('with anything but texts where texts belong is shown without them', () => {
    expect(toMessage({ type: 'text', payload: { text: { a: 1 } } })).toEqual({ type: 'text', text: '' })
    expect(toMessage({ type: 'image', payload: { title: 7 } })).toEqual({ type: 'image', imageUrl: '' })
    expect(toMessage({ type: 'bloc', payload: { items: 'none' } })).toEqual({ type: 'bloc', items: [] })
    const items = [null, 'x', { type: 'text' }, { type: 'text', payload: { text: 'one' } }]
    expect(toMessage({ type: 'bloc', payload: { items } })).toEqual({
      type: 'bloc',
      items: [{ type: 'text', text: 'one' }],
    })
  })
})

describe('the bot', () => {
  it.each(['I want a human', 'HUMAN!', 'an agent, please', 'is a real person there?', 'operator'])(
    'hands over for "%s"',
    (words) => expect(asksForHuman(words)).toBe(true)
  )

  it.each(['humanity', 'My reagent is empty', 'Hello', ''])('answers "%s" itself', (words) => {
    expect(asksForHuman(words)).toBe(false)
    expect(answerTo(words)).toBe(answerTo(words))
    expect(asksForHuman(words)).toBe(false)
  })
})
