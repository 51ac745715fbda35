import type { JournalEntry } from '@hitl/emulator'
import { expect, it } from 'vitest'
import { directionOf, labelOf } from '../src/call-words'

const entry = (kind: JournalEntry['kind'], label: string, provider?: string): JournalEntry => ({
  seq: 1,
  at: 0,
  kind,
  label,
  ...(provider === undefined ? {} : { provider }),
})

it.each([
  ['webhook', 'livechat', 'LiveChat → integration'],
  ['invoke', undefined, 'Botpress → integration'],
  ['botpress', undefined, 'integration → Botpress'],
  ['vendor', 'livechat', 'integration → LiveChat'],
  ['vendor', undefined, 'integration → user’s file'],
] as const)('tells who called whom: %s of %s', (kind, provider, direction) => {
  expect(directionOf(entry(kind, 'x', provider), 'LiveChat')).toBe(direction)
})

it.each([
  ['webhook', 'livechat incoming_event', 'livechat', 'webhook incoming_event'],
  ['webhook', 'livechat incoming_event (attempt 2)', 'livechat', 'webhook incoming_event (attempt 2)'],
  ['invoke', 'action_triggered startHitl', undefined, 'startHitl'],
  ['invoke', 'message_created text', undefined, 'message (text)'],
  ['invoke', 'register', undefined, 'register'],
  ['vendor', 'livechat send_event', 'livechat', 'send_event'],
  ['vendor', 'livechatter', 'livechat', 'livechatter'],
  [
    'botpress',
    'PUT /v1/chat/conversations/conv_01M7YG9YRC3S77F0EDJVDEWN91',
    undefined,
    'PUT /v1/chat/conversations/conv_…WN91',
  ],
  ['botpress', 'GET /v1/chat/users/someone_else', undefined, 'GET /v1/chat/users/someone_else'],
  ['vendor', 'GET https://files.example.com/a.png', undefined, 'GET https://files.example.com/a.png'],
] as const)('tells in short what was called: %s %s', (kind, label, provider, words) => {
  expect(labelOf(entry(kind, label, provider))).toBe(words)
})
