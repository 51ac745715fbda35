import { setTimeout as sleep } from 'node:timers/promises'
import type { DeskThread, ForgedWebhook } from '../desk'
import { talkToBot } from '../journeys'
import type { Person } from '../person'
import type { Play } from '../play'
import { type Fault, happened, holdings } from './fault'

/** Longer than anything of a young session is held back, its end included. */
const YOUNG_SESSION_MS = 7_000
const WATCH_MS = 5
const WATCH_TIMES = 400

/** What becomes of webhooks on their way. */
export const webhookFaults: readonly Fault[] = [
  {
    name: 'webhook-twice',
    about: 'each webhook is delivered twice at the same time, to two instances; everything is told once',
    instances: 2,
    prepare: ({ emulator, stage }) => emulator.deliveries.mode(stage.provider.name, { duplicate: 'concurrent' }),
    checks: (play) => [happened(play, 'webhooks delivered, each of them twice', ({ kind }) => kind === 'webhook', 20)],
  },
  {
    name: 'webhook-reordered',
    about: 'webhooks of a whole conversation are held back and come in reverse, its end first; no word is lost',
    rules: { ordered: false },
    play: playReordered,
  },
  {
    name: 'before-the-answer',
    about: 'an agent joins and writes before the start of the session has been answered',
    prepare: ({ desk }) => desk.joinAtOnce(true),
    play: playBeforeAnswer,
  },
  {
    name: 'wrong-secret',
    about: 'webhooks with a wrong secret are answered 401 and create nothing',
    play: (play) => playForged(play, { secret: 'not-the-secret' }, (ana) => ana.thread, 401),
  },
  {
    name: 'foreign-chat',
    about: 'webhooks of a chat that the bot did not open are accepted and create nothing',
    play: (play) => playForged(play, {}, () => undefined, 200),
  },
]

async function startSession(play: Play): Promise<Person> {
  const ana = play.person('Ana', 'ana@example.com')
  play.narrator.chapter(`${ana.name} is handed over to an agent`)
  await talkToBot(play, ana)
  await play.escalate(ana, 'Printer on fire', 'It smokes.')
  return ana
}

async function playReordered(play: Play): Promise<void> {
  const { emulator, stage, desk } = play
  const [anna] = desk.agents
  const ana = await startSession(play)
  await play.step(undefined, `${anna.name} joins, writes three times and closes; no webhook gets through`, () => {
    emulator.deliveries.mode(stage.provider.name, { hold: true })
    desk.join(ana.thread, anna)
    for (const text of ['One.', 'Two.', 'Three.']) desk.write(ana.thread, anna, text)
    desk.close(ana.thread, anna)
  })
  const held = emulator.deliveries.heldCount()
  play.findings.push({ ok: held >= 5, text: `${held} webhooks were held back` })
  ana.expected = { assignments: 1, closings: 1 }
  await play.step(undefined, 'The webhooks arrive, the last one first', () => emulator.deliveries.release())
  await play.pass(YOUNG_SESSION_MS, 'the end of the session is told last')
  play.findings.push({ ok: !ana.user.hitlActive, text: 'the session has ended' })
}

async function playBeforeAnswer(play: Play): Promise<void> {
  const [anna] = play.desk.agents
  const ana = play.person('Ana', 'ana@example.com')
  await talkToBot(play, ana)
  ana.expected.assignments += 1
  let isAnswered = false
  let wasEarly = false
  await play.step('startHitl', `${ana.name} asks for a human, and ${anna.name} is there at once`, async () => {
    const start = ana.escalate({ title: 'Printer on fire', description: 'It smokes.' })
    const answered = start.finally(() => (isAnswered = true))
    const thread = await untilJoined(ana)
    play.desk.write(thread, anna, 'I am already here.')
    wasEarly = !isAnswered
    await answered
  })
  play.findings.push({ ok: wasEarly, text: 'the agent joined and wrote before the start was answered' })
  await play.pass(YOUNG_SESSION_MS, 'what came early is told once the session stands')
  await play.say(ana, 'That was quick!')
  await play.write(ana, anna, 'What burns?')
  await play.close(ana, anna)
}

async function untilJoined(person: Person): Promise<DeskThread> {
  for (let times = 0; times < WATCH_TIMES; times += 1) {
    const thread = person.threads.find(({ agents }) => agents.length > 0)
    if (thread) return thread
    await sleep(WATCH_MS)
  }
  throw new Error('No agent has joined')
}

/** Three forged webhooks in the middle of a conversation, which goes on as if nothing had been. */
async function playForged(
  play: Play,
  forged: Pick<ForgedWebhook, 'secret'>,
  threadOf: (ana: Person) => DeskThread | undefined,
  status: number
): Promise<void> {
  const [anna] = play.desk.agents
  const ana = await startSession(play)
  await play.join(ana, anna)
  await play.write(ana, anna, 'Hello!')
  const before = holdings(play)
  const thread = threadOf(ana)
  for (const event of ['assigned', 'message', 'closed'] as const) {
    await play.step(undefined, `A webhook comes from somebody else: ${event}`, async () => {
      const statuses = await play.desk.forge({
        event,
        text: 'I am not Anna.',
        ...forged,
        ...(thread ? { thread } : {}),
      })
      const ok = statuses.length > 0 && statuses.every((one) => one === status)
      play.findings.push({ ok, text: `the webhook "${event}" was answered ${statuses.join(', ')}` })
    })
  }
  const after = holdings(play)
  play.findings.push({ ok: before === after, text: `nothing was created: ${after}` })
  await play.say(ana, 'Hello Anna, is it really you?')
  await play.write(ana, anna, 'It is.')
  await play.close(ana, anna)
}
