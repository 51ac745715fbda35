import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Desk, DeskMessage, DeskThread } from '@hitl/sandbox/desk'
import { type OpenStage, providers } from '@hitl/sandbox/providers'
import { quiet } from '@hitl/sandbox/quiet'
import { userPicture } from '../src/load/attachments'
import { Arrivals } from '../src/load/arrivals'
import { checkConversations, checkEnd } from '../src/load/checks'
import { Conversation } from '../src/load/conversation'
import { Gate } from '../src/load/gate'
import { Slots } from '../src/load/slots'
import { newTally } from '../src/load/tally'

const MESSAGES_EACH = 4
const NONE: ReadonlySet<string> = new Set()

type Change = (messages: DeskMessage[]) => DeskMessage[]

let open: OpenStage
let people: readonly [Conversation, Conversation]
let undo: () => void
/** What is done to the threads of the first person before they are compared. */
let change: Change = (messages) => messages

beforeAll(async () => {
  undo = quiet()
  const [provider] = providers
  if (!provider) throw new Error('There is no provider')
  open = await provider.open({ instances: 'module', count: 2 })
  const { stage, desk } = open
  const { emulator, installation } = stage
  const scene = {
    emulator,
    installation,
    desk,
    spreadMs: 10,
    gate: new Gate(),
    slots: new Slots(8),
    arrivals: new Arrivals(emulator.journal),
    tally: newTally(),
  }
  const changed = ({ contact, messages, ...thread }: DeskThread): DeskThread => {
    const isFirst = contact === people[0].person.email
    return { contact, messages: isFirst ? change([...messages]) : messages, ...thread }
  }
  const view: Desk = { ...desk, threads: () => desk.threads().map(changed) }
  const named = (name: string) => new Conversation(scene, name, 1, view)
  people = [named('User 1'), named('User 2')]
  await Promise.all(people.map((one) => one.begin()))
  await Promise.all(people.map((one) => one.talk(MESSAGES_EACH)))
  const { name, bytes } = userPicture('A picture')
  await people[0].person.sendImage(emulator.files.put(name, bytes, 'image/png'), 'A picture', bytes)
  await emulator.settled()
}, 30_000)

afterEach(() => {
  change = (messages) => messages
})

afterAll(async () => {
  await open.stage.close()
  undo()
})

async function found(): Promise<readonly string[]> {
  const [exact] = await checkConversations(people, NONE, open.stage.emulator.botpress.settings)
  if (exact?.ok) expect(exact.details).toEqual([])
  return exact?.details ?? []
}

/** Changes what the first user has seen of agents, looks, and puts it back. */
async function foundAfter(spoil: (seen: (typeof people)[0]['person']['user']['transcript']) => void) {
  const { transcript } = people[0].person.user
  const before = [...transcript]
  spoil(transcript)
  const details = await found()
  transcript.splice(0, transcript.length, ...before)
  return details
}

const indexesOf = (items: readonly { from: string }[], from: string) =>
  items.flatMap((item, index) => (item.from === from ? [index] : []))

function swapped<T>(items: T[], [one = 0, other = 0]: readonly number[]): T[] {
  const [first, second] = [items[one], items[other]]
  if (first !== undefined && second !== undefined) [items[one], items[other]] = [second, first]
  return items
}

const lastTwo = (items: readonly { from: string }[], from: string) => indexesOf(items, from).slice(-2)
const last = (items: readonly { from: string }[], from: string) => indexesOf(items, from).at(-1) ?? 0

it('finds nothing wrong with conversations that went well', async () => {
  expect(await found()).toEqual([])
})

describe('of what the user wrote', () => {
  it('a message that was lost is found', async () => {
    change = (messages) => messages.toSpliced(last(messages, 'contact'), 1)
    expect(await found()).toEqual([expect.stringContaining('was lost')])
  })

  it('a message that came twice is found', async () => {
    change = (messages) => [...messages, ...messages.slice(last(messages, 'contact')).slice(0, 1)]
    expect(await found()).toEqual([expect.stringContaining('came 2 times')])
  })

  it('messages in another order are found', async () => {
    change = (messages) => swapped(messages, lastTwo(messages, 'contact'))
    expect(await found()).toEqual([expect.stringContaining('the order has changed')])
  })

  it('a message under another name is found', async () => {
    change = (messages) =>
      messages.map((one, index) => (index === last(messages, 'contact') ? { ...one, author: 'User 2' } : one))
    expect(await found()).toEqual([expect.stringContaining('was never written')])
  })

  it('a message of another conversation is found', async () => {
    const [foreign] = people[1].person.threads.flatMap(({ messages }) => messages.slice(-1))
    change = (messages) => (foreign ? [...messages, foreign] : messages)
    expect(await found()).not.toEqual([])
  })

  it('a file that could not be uploaded may come as its address, but not as another one', async () => {
    const [sent] = people[0].person.said.flatMap((said) => ('url' in said ? [said.url] : [])).slice(-1)
    const asLink =
      (url: string | undefined): Change =>
      (messages) =>
        messages.map(({ from, author, ...rest }) =>
          'url' in rest ? { from, author, text: `See ${url}` } : { from, author, ...rest }
        )
    change = asLink(sent)
    expect(await found()).toEqual([])
    change = asLink('https://files.example.com/another.png')
    expect(await found()).toEqual([expect.stringContaining('was lost')])
  })

  it('a message that failed with an error and is there all the same is counted', async () => {
    const check = async () => (await checkConversations(people, NONE, open.stage.emulator.botpress.settings))[2]
    expect(await check()).toMatchObject({ ok: true, text: expect.stringContaining('0 messages failed') })
    people[0].refusedTexts.push('User 1, message 2')
    expect(await check()).toMatchObject({ ok: false, text: expect.stringContaining('1 messages failed') })
    people[0].refusedTexts.pop()
  })
})

describe('of what agents wrote', () => {
  it('a message that was lost is found', async () => {
    expect(await foundAfter((seen) => seen.splice(last(seen, 'agent'), 1))).toEqual([
      expect.stringContaining('was lost'),
    ])
  })

  it('a message that came twice is found', async () => {
    const twice = await foundAfter((seen) => seen.push(...seen.slice(last(seen, 'agent')).slice(0, 1)))
    expect(twice).toEqual([expect.stringContaining('came 2 times')])
  })

  it('messages in another order are found', async () => {
    const mixed = await foundAfter((seen) => swapped(seen, lastTwo(seen, 'agent')))
    expect(mixed).toEqual([expect.stringContaining('the order has changed')])
  })

  it('a message under the name of another agent is found', async () => {
    const renamed = await foundAfter((seen) => {
      const item = seen[last(seen, 'agent')]
      if (item) seen.splice(seen.indexOf(item), 1, { ...item, agentName: 'Somebody else' })
    })
    expect(renamed).toEqual([expect.stringContaining('was never written')])
  })

  it('an assignment that was told twice is found', async () => {
    const twice = await foundAfter((seen) =>
      seen.push(...seen.filter(({ agentName, from }) => agentName && from === 'notice'))
    )
    expect(twice).toEqual([expect.stringMatching(/\d assignments? told instead of/)])
  })
})

it('finds threads and sessions that are left, and calls to unknown routes', () => {
  const { desk } = open
  const problems = checkEnd({ desk, people, unlisted: ['GET /nowhere'] }).filter(({ ok }) => !ok)
  expect(problems.map(({ text }) => text)).toEqual([
    '2 threads are still open at the provider',
    '2 sessions are still active at Botpress',
    '1 calls to routes nobody knows',
  ])
})
