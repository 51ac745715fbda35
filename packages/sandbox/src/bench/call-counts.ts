import type { Budget, StepName, Temperature } from '../budgets'
import { budgetOf } from '../budgets'
import { type Counts, countCalls, isWithin } from '../counts'
import { PICTURE, talkToBot } from '../journeys'
import { Narrator } from '../narrator'
import { paintFor } from '../paint'
import { Play } from '../play'
import type { SandboxProvider } from '../providers/index'
import { shiftTime } from '../testing/process-patches'

export type CountRow = { step: StepName; temperature: Temperature; counts: Counts; budget: Budget; ok: boolean }

/**
 * Until then events of a session are scheduled instead of told at once, and an instance that does not know it looks at it
 * more closely.
 */
const YOUNG_SESSION_MS = 60_000

/** Every step of the journeys, each by an instance that has served the session before, or each by a fresh one. */
export async function countSteps(provider: SandboxProvider, temperature: Temperature): Promise<CountRow[]> {
  const time = shiftTime()
  const open = await provider.open({ instances: 'module' })
  const print = () => undefined
  const narrator = new Narrator({
    print,
    paint: paintFor({}, {}),
    provider: provider.title,
    verbose: false,
    secrets: [],
  })
  const play = new Play(open, {
    narrator,
    pace: 'moved',
    temperature,
    ...(temperature === 'cold' ? { beforeStep: (step) => (step ? open.stage.restart() : undefined) } : {}),
  })
  try {
    const registered = countCalls(play.emulator.journal.entries)
    await playSteps(play, temperature === 'cold', time.shift)
    const { unlisted } = play.emulator
    if (unlisted.length > 0) throw new Error(`Calls to unlisted routes: ${unlisted.join(', ')}`)
    const budget = budgetOf('register', temperature, provider.name)
    const register: CountRow = {
      step: 'register',
      temperature,
      counts: registered,
      budget,
      ok: isWithin(registered, budget),
    }
    const rows = play.steps.flatMap(({ name, counts, budget, ok }): CountRow[] =>
      name ? [{ step: name, temperature, counts, budget, ok }] : []
    )
    return [...rows, ...(temperature === 'cold' ? [register] : [])]
  } finally {
    await open.stage.close()
    time.restore()
  }
}

/** HubSpot's largest. */
const BATCH = 100

async function playSteps(play: Play, isCold: boolean, shift: (ms: number) => void): Promise<void> {
  const { desk, emulator, stage } = play
  const [anna, ben] = desk.agents
  const ana = play.person('Ana', 'ana@example.com')
  const hold = (isOn: boolean) => emulator.deliveries.mode(stage.provider.name, { hold: isOn })

  await talkToBot(play, ana)
  await play.escalate(ana, 'Printer on fire', 'It smokes.')
  shift(YOUNG_SESSION_MS)
  // A warm instance notes the agent on the conversation, which is what a cold one finds when the agent writes.
  await play.step(isCold ? undefined : 'agentAssigned', 'join', () => desk.join(ana.thread, anna))
  await play.step('agentMessage', 'text', () => desk.write(ana.thread, anna, 'Hello!'))
  await play.say(ana, 'My printer smokes.')
  await play.sendImage(ana, 'printer.png', PICTURE)

  // Nobody has told of Ben when his first words arrive.
  hold(true)
  desk.transfer(ana.thread, anna, ben)
  hold(false)
  await play.step('agentMessageUnseen', 'text of another agent', () => desk.write(ana.thread, ben, 'Ben here.'))
  await play.step('agentChanged', 'transfer', () => emulator.deliveries.release())

  await play.step('foreignWebhook', 'foreign', () => desk.forge({ event: 'assigned' }))
  if (desk.forgeBatch) await play.step('foreignBatch', 'many foreign ones', () => desk.forgeBatch?.(BATCH))
  await desk.forge({ event: 'message', thread: ana.thread, text: 'Again' })
  await play.step('duplicateWebhook', 'again', () =>
    desk.forge({ event: 'message', thread: ana.thread, text: 'Again' })
  )
  await play.step('closed', 'close', () => desk.close(ana.thread, ben))

  await ana.say('It smokes again.')
  await play.escalate(ana, 'Printer on fire again', 'It smokes.')
  if (isCold) await play.step('agentAssigned', 'join', () => desk.join(ana.thread, anna))
  else await play.step('register', 'settings are saved again', () => stage.installation.register())
  // Without the echo of the end, which is a webhook of its own.
  hold(true)
  const conversationId = ana.user.downstreamConversationId ?? ''
  await play.step('stopHitl', 'stop', () => stage.installation.action('stopHitl', { conversationId }))
  hold(false)
  await emulator.deliveries.release()
}
