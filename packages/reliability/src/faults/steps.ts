import { PICTURE } from '@hitl/sandbox/journeys'
import type { Scene } from './scene'
import { words } from './words'

/** One step of a journey, as the matrix plays it. */
export type Step = {
  name: string
  title: string
  /** Everything up to the step, which goes well. */
  before(scene: Scene): Promise<void>
  act(scene: Scene): Promise<unknown>
  /** Whether what the step is for has happened on the other side. */
  isDone(scene: Scene): boolean
  /** What went wrong, for steps that do not throw. */
  failure?(scene: Scene): string | undefined
  /** Opens chats: what it leaves behind when it fails is no message of the user. */
  isStart?: boolean
  /** What whoever met the failure does. */
  again(scene: Scene): Promise<unknown>
  /** What the agent does in the same moment, before or after the step: its webhook may overtake that of the step. */
  beside?: { when: 'before' | 'after'; act(scene: Scene): void }
  /** Whether the two can go on talking after the step although its webhooks are not there yet. */
  goesOn?: boolean
}

const TEXT = words('My printer smokes.')
const NEWS = words('Here is the news.')
const FILE = { name: 'manual.pdf', contentType: 'application/pdf', bytes: Buffer.from('%PDF-1.4\n%%EOF\n') }

const holds = ({ ana }: Scene, text: string) =>
  ana.threads.some(({ messages }) => messages.some((message) => message.from === 'contact' && message.text === text))

const hears = ({ ana }: Scene, text: string) =>
  ana.user.transcript.some(({ from, payload }) => from === 'agent' && payload['text'] === text)

const refusedMessage = ({ ana }: Scene) => ana.user.lastDeliveryErrors.at(-1)?.message

/** Whoever reads that the session is over asks for a human once more. */
async function talkAgain(scene: Scene, say: () => Promise<void>): Promise<void> {
  if (!scene.ana.user.hitlActive) {
    scene.ana.expected.closings += 1
    await scene.chat(scene.ana)
    await scene.escalate(scene.ana)
  }
  await say()
}

const underWay = async (scene: Scene) => {
  await scene.talk(scene.ana, scene.anna)
  await scene.mature()
}

const register: Step = {
  name: 'register',
  title: 'settings are saved',
  before: underWay,
  act: ({ stage }) => stage.installation.register(),
  isDone: ({ stage }) => stage.installation.status === 'registered',
  failure: ({ stage }) => stage.installation.statusReason ?? undefined,
  again: ({ stage }) => stage.installation.register(),
  goesOn: true,
}

const firstStart: Step = {
  name: 'start',
  title: 'hand-over of a new user',
  before: (scene) => scene.chat(scene.ana),
  act: (scene) => scene.escalate(scene.ana),
  isDone: ({ ana }) => ana.user.hitlActive,
  again: (scene) => scene.escalate(scene.ana),
  isStart: true,
}

const secondStart: Step = {
  ...firstStart,
  name: 'start-again',
  title: 'hand-over of a returning user',
  before: async (scene) => {
    await underWay(scene)
    await scene.close(scene.ana, scene.anna)
    await scene.mature()
    await scene.chat(scene.ana)
  },
}

const userText: Step = {
  name: 'user-text',
  title: 'text of the user',
  before: underWay,
  act: ({ ana }) => ana.say(TEXT),
  isDone: (scene) => holds(scene, TEXT),
  failure: refusedMessage,
  again: (scene) => talkAgain(scene, () => scene.ana.user.say(TEXT)),
  beside: { when: 'after', act: (scene) => scene.desk.write(scene.ana.thread, scene.anna, NEWS) },
  goesOn: true,
}

const userImage: Step = {
  name: 'user-image',
  title: 'picture of the user',
  before: underWay,
  act: ({ ana, emulator }) =>
    ana.sendImage(emulator.files.put('printer.png', PICTURE, 'image/png'), 'printer.png', PICTURE),
  // An upload that fails makes a link of the picture.
  isDone: ({ ana }) =>
    ana.threads.some(({ messages }) =>
      messages.some(({ from, text, url }) => from === 'contact' && (url !== undefined || text?.includes('printer.png')))
    ),
  failure: refusedMessage,
  again: (scene) =>
    talkAgain(scene, () => {
      const imageUrl = scene.emulator.files.put('printer.png', PICTURE, 'image/png')
      return scene.ana.user.send({ type: 'image', payload: { imageUrl, title: 'printer.png' } })
    }),
  goesOn: true,
}

const assigned: Step = {
  name: 'assigned',
  title: 'an agent takes the chat',
  before: async (scene) => {
    await scene.chat(scene.ana)
    await scene.escalate(scene.ana)
    await scene.grown()
  },
  act: (scene) => scene.join(scene.ana, scene.anna),
  isDone: ({ ana, emulator }) =>
    ana.user.transcript.some(({ payload }) => payload['text'] === emulator.botpress.settings.agentAssignedText),
  again: async () => undefined,
  beside: { when: 'after', act: (scene) => scene.desk.write(scene.ana.thread, scene.anna, NEWS) },
  goesOn: true,
}

const agentText: Step = {
  name: 'agent-text',
  title: 'text of the agent',
  before: underWay,
  act: async (scene) => scene.desk.write(scene.ana.thread, scene.anna, TEXT),
  isDone: (scene) => hears(scene, TEXT),
  again: async () => undefined,
  beside: { when: 'after', act: (scene) => scene.desk.write(scene.ana.thread, scene.anna, NEWS) },
  goesOn: true,
}

const agentFile: Step = {
  ...agentText,
  name: 'agent-file',
  title: 'file of the agent',
  act: async (scene) => scene.desk.sendFile(scene.ana.thread, scene.anna, FILE),
  isDone: ({ ana }) => ana.user.transcript.some(({ from, type }) => from === 'agent' && type === 'file'),
}

const transferred: Step = {
  name: 'transferred',
  title: 'another agent takes over',
  before: underWay,
  act: async (scene) => {
    scene.ana.expected.assignments += 1
    scene.desk.transfer(scene.ana.thread, scene.anna, scene.ben)
  },
  isDone: ({ ana, emulator }) =>
    ana.user.transcript.filter(({ payload }) => payload['text'] === emulator.botpress.settings.agentAssignedText)
      .length >= 2,
  again: async () => undefined,
  beside: { when: 'after', act: (scene) => scene.desk.write(scene.ana.thread, scene.ben, NEWS) },
  goesOn: true,
}

const closed: Step = {
  name: 'closed',
  title: 'the agent closes the chat',
  before: underWay,
  act: (scene) => scene.close(scene.ana, scene.anna),
  isDone: ({ ana }) => !ana.user.hitlActive,
  again: async () => undefined,
  beside: { when: 'before', act: (scene) => scene.desk.write(scene.ana.thread, scene.anna, NEWS) },
}

const stopped: Step = {
  name: 'stopped',
  title: 'the user ends the session',
  before: underWay,
  act: ({ ana }) => ana.user.end(),
  isDone: ({ ana }) => !ana.thread.active,
  again: ({ ana, stage }) =>
    stage.installation.action('stopHitl', { conversationId: ana.user.downstreamConversationId ?? '' }),
}

/** The same step, served by an instance that has never seen the session. */
const cold = (step: Step): Step => ({
  ...step,
  name: `${step.name}-cold`,
  title: `${step.title}, fresh instance`,
  before: async (scene) => {
    await step.before(scene)
    scene.fleet.restart()
  },
})

export const steps: readonly Step[] = [
  register,
  firstStart,
  secondStart,
  userText,
  cold(userText),
  userImage,
  assigned,
  cold(assigned),
  agentText,
  cold(agentText),
  agentFile,
  transferred,
  cold(transferred),
  closed,
  cold(closed),
  stopped,
  cold(stopped),
]
