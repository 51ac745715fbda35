import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ContractKit, ContractUser, ContractWorld } from './contract-kit'

const JOINED = /joined/
const ENDED = /closed the conversation/

/** The promises every integration keeps, played through the emulator with the built bundle. */
export function describeProviderContract(kit: ContractKit): void {
  describe(`${kit.name} keeps the contract`, () => {
    let world: ContractWorld
    const open = async (instances = 1) => {
      await world?.shut()
      world = await kit.open({ instances })
    }
    beforeEach(async () => {
      world = await kit.open()
    })
    afterEach(() => world.shut())

    const session = async (options: { name?: string; email?: string } = {}): Promise<ContractUser> => {
      const user = world.user({ name: 'Ana', ...options })
      await user.say('hello')
      await user.escalate({ title: 'Help', description: 'The printer burns' })
      await world.settle()
      world.mature()
      return user
    }
    const texts = (user: ContractUser) => user.heard.map(({ text }) => text)
    const noticesLike = (user: ContractUser, pattern: RegExp) => user.notices.filter((text) => pattern.test(text))

    describe('a session', () => {
      it('is one conversation and one thread, and the agent sees title, description and what was said before', async () => {
        const before = world.botpress()
        const user = await session()
        expect(world.botpress().conversations - before.conversations).toBe(2) // the user's own and the downstream one
        expect(world.threads()).toEqual({ all: 1, open: 1 })
        const opening = world.opening(user).join('\n')
        expect(opening).toContain('Help')
        expect(opening).toContain('The printer burns')
        expect(opening).toContain('Ana: hello')
      })

      it('carries texts both ways, once and in order', async () => {
        const user = await session()
        world.take(user, 0)
        for (const number of [1, 2, 3, 4, 5]) {
          world.write(user, 0, `answer ${number}`)
          await world.settle()
          await user.say(`question ${number}`)
        }
        await world.settle()
        expect(texts(user)).toEqual([1, 2, 3, 4, 5].map((number) => `answer ${number}`))
        expect(world.received(user)).toEqual([1, 2, 3, 4, 5].map((number) => `question ${number}`))
        expect(user.failures).toEqual([])
      })

      it('keeps the order of what a user types faster than the provider answers', async () => {
        const user = await session()
        const lines = Array.from({ length: 12 }, (_, index) => `line ${index}`)
        for (const line of lines) await user.say(line)
        await world.settle()
        expect(world.received(user)).toEqual(lines)
      })

      it('names the agent and shows the picture, where the provider tells one', async () => {
        const user = await session()
        world.take(user, 0)
        world.write(user, 0, 'hi')
        await world.settle()
        expect(user.heard[0]?.agentName).toBe(world.agentNames[0])
        const picture = kit.agentPictures === false ? undefined : expect.stringMatching(/^https:\/\//)
        expect(user.heard[0]?.agentPicture).toEqual(picture)
        expect(noticesLike(user, JOINED)).toHaveLength(1)
      })

      it('takes pictures and files both ways', async () => {
        const user = await session()
        world.take(user, 0)
        await user.sendImage()
        world.sendFile(user, 0)
        await world.settle()
        expect(world.received(user)).toEqual(['[image]'])
        expect(user.heard.map(({ type }) => type)).toEqual(['file'])
        expect(user.failures).toEqual([])
      })

      it('never shows the user their own words, nor what agents say among themselves', async () => {
        const user = await session()
        world.take(user, 0)
        await user.say('my own words')
        world.note?.(user, 0, 'difficult customer')
        await world.settle()
        expect(texts(user)).toEqual([])
      })

      it('keeps two users of the same moment apart', async () => {
        const users = ['Ana', 'Bob'].map((name) => world.user({ name, email: `${name.toLowerCase()}@example.com` }))
        for (const user of users) await user.say('hello')
        await Promise.all(users.map((user) => user.escalate({ title: user === users[0] ? 'Ana' : 'Bob' })))
        await world.settle()
        for (const [index, user] of users.entries()) {
          world.take(user, 0)
          world.write(user, 0, `for ${index}`)
          await user.say(`from ${index}`)
        }
        await world.settle()
        expect(world.threads().all).toBe(2)
        expect(users.map(texts)).toEqual([['for 0'], ['for 1']])
        expect(users.map((user) => world.received(user))).toEqual([['from 0'], ['from 1']])
      })

      it('keeps two live sessions of people with the same address apart, or ends the first for the second', async () => {
        const isEnded = kit.secondSession === 'instead'
        const first = await session({ email: 'shared@example.com' })
        world.take(first, 0)
        await world.settle()
        const second = await session({ email: 'shared@example.com' })
        expect([first.active, second.active]).toEqual([!isEnded, true])
        expect(noticesLike(first, ENDED)).toHaveLength(isEnded ? 1 : 0)
        expect(world.threads()).toEqual({ all: 2, open: isEnded ? 1 : 2 })
        world.take(second, 1)
        if (!isEnded) world.write(first, 0, 'for the first')
        world.write(second, 1, 'for the second')
        await first.say('from the first')
        await second.say('from the second')
        await world.settle()
        expect([texts(first), texts(second)]).toEqual([isEnded ? [] : ['for the first'], ['for the second']])
        expect([world.received(first), world.received(second)]).toEqual([
          isEnded ? [] : ['from the first'],
          ['from the second'],
        ])
      })
    })

    describe('webhooks that misbehave', () => {
      it('that all arrive twice at once on three instances change nothing', async () => {
        await open(3)
        world.webhooks('twice at once')
        const user = await session()
        world.take(user, 0)
        await world.settle()
        world.write(user, 0, 'first')
        world.write(user, 0, 'second')
        await world.settle()
        world.transfer(user, 0, 1)
        await world.settle()
        world.close(user, 1)
        await world.settle()
        expect(texts(user).toSorted()).toEqual(['first', 'second'])
        expect(noticesLike(user, JOINED)).toHaveLength(2)
        expect(noticesLike(user, ENDED)).toHaveLength(1)
        expect(user.active).toBe(false)
      })

      it('that arrive in reverse order lose nothing', async () => {
        const user = await session()
        world.webhooks('held')
        world.take(user, 0)
        world.write(user, 0, 'one')
        world.write(user, 0, 'two')
        await world.releaseReversed()
        await world.settle()
        expect(texts(user).toSorted()).toEqual(['one', 'two'])
        expect(noticesLike(user, JOINED)).toHaveLength(1)
      })

      it('let last words through that arrive after the closing', async () => {
        const user = await session()
        world.take(user, 0)
        await world.settle()
        world.webhooks('held')
        world.write(user, 0, 'goodbye')
        world.close(user, 0)
        await world.releaseReversed()
        await world.settle()
        expect(texts(user)).toEqual(['goodbye'])
        expect(user.active).toBe(false)
      })

      it('of an agent who is quicker than the start of the session reach the user', async () => {
        world.greetEarly('already here')
        const user = world.user({ name: 'Ana' })
        await user.say('hello')
        await user.escalate({ title: 'Help' })
        await world.settle()
        expect(texts(user)).toEqual(['already here'])
        expect(noticesLike(user, JOINED)).toHaveLength(1)
        expect(world.threads()).toEqual({ all: 1, open: 1 })
      })

      it('of threads no bot opened create nothing', async () => {
        const user = await session()
        const before = world.botpress()
        await world.foreignThread()
        await world.settle()
        expect(world.botpress()).toEqual(before)
        expect(user.heard).toEqual([])
      })

      it('are delivered again after Botpress failed, and then count once', async () => {
        const user = await session()
        world.take(user, 0)
        await world.settle()
        world.failBotpress('/v1/chat/', { kind: 'status', status: 500 }, 3)
        world.write(user, 0, 'in a storm')
        await world.settle()
        world.failBotpress('/v1/chat/', { kind: 'drop', when: 'after' }, 1)
        world.write(user, 0, 'in a second storm')
        await world.settle()
        world.failBotpress('POST /v1/chat/events', { kind: 'status', status: 500 }, 1)
        world.close(user, 0)
        await world.settle()
        expect(texts(user)).toEqual(['in a storm', 'in a second storm'])
        expect(noticesLike(user, ENDED)).toHaveLength(1)
      })

      it('that are forged are answered 401 and change nothing', async () => {
        const user = await session()
        world.take(user, 0)
        await world.settle()
        const before = world.botpress()
        const forgeries = world.forgeries(user)
        expect(forgeries.length).toBeGreaterThanOrEqual(4)
        for (const { reason, request } of forgeries) {
          expect([reason, await world.post(request)]).toEqual([reason, 401])
        }
        await world.settle()
        expect(world.botpress()).toEqual(before)
      })

      it('that are unreadable are answered 400, too large ones 413, and a visit to the address 200', async () => {
        expect([400, 401]).toContain(await world.post({ body: '{"broken' }))
        expect([400, 401]).toContain(await world.post({ body: '' }))
        expect(await world.post({ body: `"${'x'.repeat(1024 * 1024)}"` })).toBe(413)
        expect(await world.post({ method: 'HEAD' })).toBe(200)
        expect(await world.post({ method: 'GET' })).toBe(200)
      })
    })

    describe('agents', () => {
      it('who hand over are announced once each, and a late copy of the first changes nothing', async () => {
        const user = await session()
        world.take(user, 0)
        await world.settle()
        world.transfer(user, 0, 1)
        await world.settle()
        await world.repeatAssignment(user, 0)
        await world.settle()
        await world.repeatAssignment(user, 1)
        await world.settle()
        expect(noticesLike(user, JOINED)).toHaveLength(2)
        world.write(user, 1, 'I am new here')
        await world.settle()
        expect(user.heard.at(-1)).toMatchObject({ text: 'I am new here', agentName: world.agentNames[1] })
      })

      it('who get the session back are announced again', async () => {
        const user = await session()
        world.take(user, 0)
        await world.settle()
        world.transfer(user, 0, 1)
        await world.settle()
        world.transfer(user, 1, 0)
        await world.settle()
        expect(noticesLike(user, JOINED)).toHaveLength(3)
      })
    })

    describe('the end', () => {
      it('by the agent is told once, whatever is repeated', async () => {
        const user = await session()
        world.take(user, 0)
        await world.settle()
        world.webhooks('twice at once')
        world.close(user, 0)
        await world.settle()
        expect(noticesLike(user, ENDED)).toHaveLength(1)
        expect(user.active).toBe(false)
        expect(world.threads().open).toBe(0)
      })

      it('by the user closes the thread, and its own echo tells nothing', async () => {
        const user = await session()
        world.take(user, 0)
        await world.settle()
        await user.end()
        await world.settle()
        expect(world.threads().open).toBe(0)
        expect(user.active).toBe(false)
        expect(noticesLike(user, ENDED)).toHaveLength(0)
      })

      it('by the user succeeds on a thread the agent closed in the same moment', async () => {
        const user = await session()
        world.take(user, 0)
        await world.settle()
        world.webhooks('held')
        world.close(user, 0)
        await user.end()
        world.webhooks('normal')
        await world.releaseReversed()
        await world.settle()
        expect(user.active).toBe(false)
        expect(world.threads().open).toBe(0)
      })

      it('met by a user in the middle of a sentence ends the session and fails the message loudly', async () => {
        const user = await session()
        world.take(user, 0)
        await world.settle()
        world.webhooks('held')
        world.close(user, 0)
        await user.say('are you still there?')
        await world.settle()
        expect(user.failures.join()).toMatch(/closed|ended/)
        expect(user.active).toBe(false)
        expect(noticesLike(user, ENDED)).toHaveLength(1)
      })

      it('leaves the way free for a new session, which nothing of the old one touches', async () => {
        const user = await session({ email: 'ana@example.com' })
        world.take(user, 0)
        world.write(user, 0, 'old words')
        await world.settle()
        const oldSession = user.sessionId
        world.close(user, 0)
        await world.settle()
        await user.say('me again')
        await user.escalate({ title: 'Second time' })
        await world.settle()
        world.mature()
        expect(user.sessionId).not.toBe(oldSession)
        world.take(user, 1)
        await world.settle()
        const heard = user.heard.length
        await world.repeatMessage(user, 0, 'late words', oldSession ?? '')
        await world.settle()
        expect(user.heard).toHaveLength(heard)
        world.write(user, 1, 'new words')
        await user.say('new question')
        await world.settle()
        expect(texts(user).at(-1)).toBe('new words')
        expect(world.received(user)).toEqual(['new question'])
        expect(world.threads().open).toBe(1)
      })

      it('a user of a session whose closing webhook was lost is never heard in a newer session of the same person', async () => {
        const email = 'ana@example.com'
        const older = await session({ email })
        world.take(older, 0)
        await world.settle()
        world.webhooks('held')
        world.close(older, 0)
        const newer = await session({ email })
        world.webhooks('normal')
        world.take(newer, 1)
        await world.settle()
        await older.say('said too late')
        world.write(newer, 1, 'for the newer')
        await newer.say('from the newer')
        await world.releaseReversed()
        await world.settle()
        expect(world.received(newer)).toEqual(['from the newer'])
        expect(world.opening(newer).join()).not.toContain('said too late')
        expect([texts(older), texts(newer)]).toEqual([[], ['for the newer']])
        expect(older.failures.join()).toMatch(/closed|ended/)
        expect([older.active, newer.active]).toEqual([false, true])
        expect(noticesLike(older, ENDED)).toHaveLength(1)
        expect(world.threads()).toEqual({ all: 2, open: 1 })
      })
    })

    describe('a start', () => {
      it('that the provider refuses fails in plain words and leaves nothing open', async () => {
        const user = world.user({ name: 'Ana' })
        await user.say('hello')
        const before = world.botpress().conversations
        world.failProvider('open', { kind: 'status', status: 500 }, 5)
        await expect(user.escalate({ title: 'Help' })).rejects.toThrow(new RegExp(kit.name))
        await world.settle()
        expect(world.threads().open).toBe(0)
        expect(world.botpress().conversations).toBe(before)
        expect(user.active).toBe(false)
        expect(user.sessionId).toBeUndefined()
      })

      it('whose answer is lost after the provider opened the thread leaves no second one', async () => {
        const user = world.user({ name: 'Ana', email: 'ana@example.com' })
        await user.say('hello')
        world.failProvider('open', { kind: 'drop', when: 'after' }, 1)
        await user.escalate({ title: 'Help' }).catch(() => undefined)
        await world.settle()
        expect(world.threads().open).toBe(user.active ? 1 : 0)
        expect(world.threads().all).toBe(1)
      })

      it('two returning starts at the same moment get a thread each', async () => {
        await open(2)
        const email = 'ana@example.com'
        const first = await session({ email })
        world.take(first, 0)
        await world.settle()
        world.close(first, 0)
        await world.settle()
        const second = world.user({ name: 'Ana', email })
        const users = [first, second]
        for (const user of users) await user.say('back again')
        await Promise.all(users.map((user, index) => user.escalate({ title: `Return ${index}` })))
        await world.settle()
        world.mature()
        expect(world.threads()).toEqual({ all: 3, open: 2 })
        const heardBefore = texts(first).length
        for (const [index, user] of users.entries()) {
          world.take(user, index === 0 ? 0 : 1)
          world.write(user, index === 0 ? 0 : 1, `for ${index}`)
          await user.say(`from ${index}`)
        }
        await world.settle()
        expect([texts(first).slice(heardBefore), texts(second)]).toEqual([['for 0'], ['for 1']])
        expect(users.map((user) => world.received(user))).toEqual([['from 0'], ['from 1']])
        expect(users.map((user) => world.opening(user).join().includes('Return 0'))).toEqual([true, false])
      })

      it('that Botpress breaks off after the thread was opened closes the thread again', async () => {
        const user = world.user({ name: 'Ana' })
        await user.say('hello')
        world.failBotpress('PUT /v1/chat/conversations', { kind: 'status', status: 400 }, 10)
        await expect(user.escalate({ title: 'Help' })).rejects.toThrow()
        await world.settle()
        expect(world.threads().open).toBe(0)
      })
    })

    describe('a message of the user', () => {
      it('whose answer is lost is not sent twice', async () => {
        const user = await session()
        world.failProvider('send', { kind: 'drop', when: 'after' }, 1)
        await user.say('only once')
        await world.settle()
        expect(world.received(user)).toEqual(['only once'])
      })

      it('that cannot be delivered fails loudly, and the next one goes through', async () => {
        const user = await session()
        world.failProvider('send', { kind: 'status', status: 400 }, 1)
        await user.say('lost')
        await world.settle()
        expect(user.failures).toHaveLength(1)
        await user.say('found')
        await world.settle()
        expect(world.received(user)).toEqual(['found'])
      })
    })

    it('writes no secret, token or word of a conversation into a log', async () => {
      const user = await session()
      world.take(user, 0)
      world.write(user, 0, 'agent-words-4711')
      await user.say('user-words-4711')
      world.failProvider('send', { kind: 'status', status: 401 }, 1)
      await user.say('user-words-4712')
      world.failProvider('send', { kind: 'status', status: 500 }, 4)
      await user.say('user-words-4713')
      for (const { request } of world.forgeries(user)) await world.post(request)
      await world.settle()
      const said = [world.logs(), ...user.failures].join('\n')
      expect(said).toContain(kit.name)
      for (const secret of [...world.secrets, '-words-47', 'printer burns']) expect(said).not.toContain(secret)
    })
  })
}
