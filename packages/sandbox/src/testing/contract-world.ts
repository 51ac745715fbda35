import type { AgentIndex, ContractFault, ContractUser, ContractWorld } from '@hitl/core/testing/contract-kit'
import type { EndUser, ProviderEmulator } from '@hitl/emulator'
import { openStage, type Stage, type StageProvider } from '../stage'
import { captureConsole, shiftTime } from './process-patches'

/** What only the provider's own emulator can do, by the end user's latest session. */
export type Hands = Pick<
  ContractWorld,
  'agentNames' | 'take' | 'write' | 'note' | 'sendFile' | 'transfer' | 'close' | 'repeatAssignment' | 'repeatMessage'
> &
  Pick<ContractWorld, 'received' | 'opening' | 'threads' | 'foreignThread' | 'forgeries' | 'greetEarly' | 'secrets'> & {
    /** Part of the journal label of the calls that open a thread, send a message and close it. */
    calls: Record<'open' | 'send' | 'close', string>
    /** More than the provider's fourth attempt of a webhook and every delay of ours, in ms; 90 seconds when absent. */
    settleMs?: number
  }

export type HandsOf<P extends ProviderEmulator> = (stage: Stage<P>) => Hands

export type ContractWorldOptions = { instances?: number; settings?: Record<string, unknown> }

const SETTLE_MS = 90_000
const STEP_MS = 5_000
const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64'
)

/** Emulator and bundle for the contract suite: all in this process, time moved by hand, logs caught. */
export async function openContractWorld<P extends ProviderEmulator>(
  provider: StageProvider<P>,
  handsOf: HandsOf<P>,
  { instances = 1, settings = {} }: ContractWorldOptions = {}
): Promise<ContractWorld> {
  const console = captureConsole()
  const time = shiftTime()
  const stage = await openStage(provider, { instances: 'module', count: instances, settings })
  const { emulator, installation } = stage
  const { calls, settleMs = SETTLE_MS, ...hands } = handsOf(stage)
  const fault = (target: string, match: string, given: ContractFault, times = 1) =>
    emulator.faults.add({ target, match, times, fault: given })

  /** Bundle and emulator share the process's clock, so moving that moves both. */
  const pass = async (ms: number) => {
    for (let left = ms; left > 0; left -= STEP_MS) {
      time.shift(Math.min(left, STEP_MS))
      await emulator.clock.advance(0)
      await emulator.settled()
    }
  }

  return {
    ...hands,
    user: (options = {}) => contractUser(stage, emulator.botpress.endUser(options)),
    async post({ method = 'POST', body, headers = {} }) {
      const init = { method, headers: { 'content-type': 'application/json', ...headers } }
      const response = await fetch(
        `${emulator.url}/${installation.webhookId}`,
        body === undefined ? init : { ...init, body }
      )
      await response.arrayBuffer()
      return response.status
    },
    botpress() {
      const { users, conversations, messages, events } = emulator.botpress.store
      return { users: users.size, conversations: conversations.size, messages: messages.size, events: events.size }
    },
    restart: (count) => stage.restart(count),
    webhooks(mode) {
      const modes = { normal: {}, 'twice at once': { duplicate: 'concurrent' }, held: { hold: true } } as const
      emulator.deliveries.mode(stage.provider.name, modes[mode])
    },
    releaseReversed: () => emulator.deliveries.release(stage.provider.name),
    failBotpress: (match, given, times) => fault('botpress', match, given, times),
    failProvider: (call, given, times) => fault(stage.provider.name, calls[call], given, times),
    async settle() {
      await emulator.settled()
      await pass(settleMs)
    },
    mature: () => time.shift(STEP_MS),
    logs: () => console.text(),
    async shut() {
      await stage.close()
      time.restore()
      console.restore()
    },
  }
}

const users = new WeakMap<ContractUser, EndUser>()

/** The emulator's end user behind a user of the suite. */
export function endUserOf(user: ContractUser): EndUser {
  const found = users.get(user)
  if (!found) throw new Error('This user belongs to another world')
  return found
}

/** Tags of the downstream conversation of the user's latest session. */
export function sessionTags<P extends ProviderEmulator>(stage: Stage<P>, sessionId: string | undefined) {
  const conversation = stage.emulator.botpress.store.conversations.get(sessionId ?? '')
  if (!conversation) throw new Error('This user has no session')
  return conversation.tags
}

function contractUser<P extends ProviderEmulator>({ emulator }: Stage<P>, endUser: EndUser): ContractUser {
  const user: ContractUser = {
    escalate: (input) => endUser.escalate(input),
    say: (text) => endUser.say(text),
    sendImage: () => {
      const imageUrl = emulator.files.put('printer.png', PIXEL, 'image/png')
      return endUser.send({ type: 'image', payload: { imageUrl } })
    },
    end: () => endUser.end(),
    get active() {
      return endUser.hitlActive
    },
    get heard() {
      return endUser.transcript.filter(({ from }) => from === 'agent').map(heardItem)
    },
    get notices() {
      return endUser.transcript.filter(({ from }) => from === 'notice').map(({ payload }) => String(payload['text']))
    },
    get failures() {
      return endUser.lastDeliveryErrors.map(({ message }) => message)
    },
    get sessionId() {
      return endUser.downstreamConversationId
    },
  }
  users.set(user, endUser)
  return user
}

function heardItem({ type, payload, agentName, agentPicture }: EndUser['transcript'][number]) {
  return {
    type,
    text: String(payload['text'] ?? payload[`${type}Url`] ?? ''),
    ...(agentName === undefined ? {} : { agentName }),
    ...(agentPicture === undefined ? {} : { agentPicture }),
  }
}

export const AGENTS: readonly AgentIndex[] = [0, 1]
