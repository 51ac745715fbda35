import { talkToBot } from '../journeys'
import type { Play } from '../play'
import type { Fault } from './fault'

/** What people do at the worst moment. */
export const peopleFaults: readonly Fault[] = [
  {
    name: 'two-users',
    about: 'two users escalate and talk at the same moment; each has a chat of their own and nothing is mixed up',
    play: playTwoUsers,
  },
  {
    name: 'chat-closed',
    about:
      'an agent closes the chat while the user writes; the message fails in plain words and a new session takes it',
    rules: { refusals: 1 },
    play: playChatClosed,
  },
]

async function playTwoUsers(play: Play): Promise<void> {
  const { desk, narrator } = play
  const [anna, ben] = desk.agents
  const ana = play.person('Ana', 'ana@example.com')
  const bob = play.person('Bob', 'bob@example.com')
  const pairs = [
    { person: ana, agent: anna },
    { person: bob, agent: ben },
  ] as const
  const both = (title: string, act: (pair: (typeof pairs)[number]) => Promise<void> | void) =>
    play.step(undefined, title, () => Promise.all(pairs.map(act)))

  narrator.chapter('Ana and Bob need help at the same moment')
  await talkToBot(play, ana)
  await talkToBot(play, bob)
  await both('Both ask for a human', ({ person }) =>
    person.escalate({ title: `Help for ${person.name}`, description: `${person.name} is waiting.` })
  )
  const chats = new Set([...ana.threads, ...bob.threads].map(({ key }) => key.split('/')[0]))
  play.findings.push({ ok: chats.size === 2, text: `${chats.size} chats for two users` })
  await both('Two agents take one chat each', ({ person, agent }) => {
    person.expected.assignments += 1
    desk.join(person.thread, agent)
  })
  await play.pass(4_600, 'the HITL plugin drops what it hears in the first moments of a session')
  for (const round of ['first', 'second', 'third']) {
    await both(`All four write at the same time, the ${round} time`, async ({ person, agent }) => {
      desk.write(person.thread, agent, `${agent.name} to ${person.name}, the ${round} time`)
      await person.say(`${person.name} to ${agent.name}, the ${round} time`)
    })
  }
  await play.close(ana, anna)
  await play.end(bob)
}

async function playChatClosed(play: Play): Promise<void> {
  const { emulator, stage, desk } = play
  const [anna] = desk.agents
  const ana = play.person('Ana', 'ana@example.com')
  play.narrator.chapter('Ana writes while the agent closes the chat')
  await talkToBot(play, ana)
  await play.escalate(ana, 'Printer on fire', 'It smokes.')
  await play.join(ana, anna)
  await play.write(ana, anna, 'Hello!')
  ana.expected.closings += 1
  await play.step(undefined, `${anna.name} closes the chat, and ${ana.name} writes before that is known`, async () => {
    emulator.deliveries.mode(stage.provider.name, { hold: true })
    desk.close(ana.thread, anna)
    await ana.say('One more thing!')
  })
  const [error] = ana.user.lastDeliveryErrors
  play.findings.push({
    ok: error !== undefined,
    text: `the message failed loudly: "${error?.message ?? 'it did not'}"`,
  })
  await play.step(undefined, 'The news of the closed chat arrives late', () => emulator.deliveries.release())
  await play.pass(4_600, 'the end of the session is told')
  play.findings.push({ ok: !ana.user.hitlActive, text: 'the session has ended' })
  await play.say(ana, 'Is anybody there?')
  await play.escalate(ana, 'Printer still on fire', 'One more thing.')
  await play.join(ana, anna)
  await play.say(ana, 'One more thing, again!')
  await play.write(ana, anna, 'I am listening.')
  await play.end(ana)
}
