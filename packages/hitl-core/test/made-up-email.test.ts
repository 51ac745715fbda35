import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { realEmail } from '../src/made-up-email'

describe('realEmail', () => {
  it.each([
    ['ann@example.com', 'ann@example.com'],
    ['  Ann.Lee+hitl@Example.co.uk \n', 'Ann.Lee+hitl@Example.co.uk'],
    ['no-reply@botpress.com', 'no-reply@botpress.com'],
    ['ann@botpress.com', 'ann@botpress.com'],
    ['ann@no-reply.example.com', 'ann@no-reply.example.com'],
    ['ann@no-reply.botpress.com.example.org', 'ann@no-reply.botpress.com.example.org'],
    ['ann@xno-reply.bot.botpress.com', 'ann@xno-reply.bot.botpress.com'],
    ['ann@no-reply.botpress.community', 'ann@no-reply.botpress.community'],
    ['o\u2019hara@example.com', 'o\u2019hara@example.com'],
  ])('keeps %j', (email, kept) => {
    expect(realEmail(email)).toBe(kept)
  })

  it.each([
    'user_01HXYZ@no-reply.bot-01HABC.botpress.com',
    ' USER@NO-REPLY.Bot-1.BOTPRESS.COM ',
    'u@no-reply.botpress.com',
    'u@no-reply.a.b.botpress.com',
  ])('drops the made-up address %j', (email) => {
    expect(realEmail(email)).toBeUndefined()
  })

  it.each([
    undefined,
    '',
    ' ',
    'ann',
    '@example.com',
    'ann@',
    'ann@localhost',
    'ann@@example.com',
    'ann@example..com',
    'ann@.example.com',
    'ann@example.com.',
    'ann lee@example.com',
    'Ann <ann@example.com>',
    'ann@example.com,bob@example.com',
    'ann@example.com\nbcc:bob@example.com',
    `${'a'.repeat(250)}@example.com`,
  ])('drops %j, which is no address', (email) => {
    expect(realEmail(email)).toBeUndefined()
  })

  it('drops whatever the plugin makes up', () => {
    const id = fc.stringMatching(/^[a-z]{2,8}_[0-9A-Z]{26}$/)
    fc.assert(
      fc.property(id, id, (userId, botId) => {
        expect(realEmail(`${userId}@no-reply.${botId.replaceAll('_', '-')}.botpress.com`)).toBeUndefined()
      })
    )
  })

  it('keeps ordinary addresses', () => {
    fc.assert(
      fc.property(fc.emailAddress(), (email) => {
        expect(realEmail(email)).toBe(email)
      })
    )
  })
})
