import type { EndUser, FaultRule, JournalKind } from '@hitl/emulator'
import {
  defaultSeed,
  hubspot,
  type HubSpotEmulator,
  type HubSpotSeed,
  type HubSpotSettings,
} from '@hitl/emulator/hubspot'
import { openContractWorld } from '@hitl/sandbox/contract-world'
import { hubspotSecrets, hubspotStage } from '@hitl/sandbox/hubspot'
import type { Stage } from '@hitl/sandbox/stage'
import { vi } from 'vitest'
import * as z from 'zod/mini'
import { hubspotHands } from './hands'

const [anna, ben] = defaultSeed.users
const [helpDesk, sales, returns] = defaultSeed.inboxes
if (!anna || !ben || !helpDesk || !sales || !returns) throw new Error('The emulated portal has changed')

export const ANNA = anna
export const BEN = ben
export const HELP_DESK = helpDesk.id
export const SALES = sales.id
export const RETURNS = returns.id

const STEP_MS = 15_000
/** More than HubSpot waits before its second attempt, and than every delay of ours. */
const SETTLE_MS = 90_000
const API = 'https://api.hubapi.com'
/** Shorter texts may be in a log by chance. */
const SHORTEST_TEXT = 8

/** Parts of the labels of calls. */
export const THREADS = '/conversations/v3/conversations/threads'
export const CHANNELS = '/conversations/v3/custom-channels'
export const COMMENT = `POST ${THREADS}/`
export const CLOSE = `PATCH ${THREADS}/`
export const TOKEN = 'POST /oauth/2026-03/token'

export type JourneyOptions = {
  instances?: number
  settings?: Record<string, unknown>
  /** How the emulated HubSpot is from the first call on. */
  hubspot?: Partial<HubSpotSettings>
  seed?: Partial<HubSpotSeed>
  /** What happened in HubSpot before. */
  before?: (provider: HubSpotEmulator) => void
  /** Longer waits pass at once, and the time of all with them; so it is unless told. */
  hurried?: boolean
}

export type Journey = Awaited<ReturnType<typeof openJourney>>

/** The contract world, with the hands and eyes that HubSpot's own journeys need. */
export async function openJourney(options: JourneyOptions = {}) {
  const { instances = 1, settings = {}, hurried = true } = options
  const time = ownTime()
  if (hurried) time.hurry()
  const stages: Stage<HubSpotEmulator>[] = []
  const provider = {
    ...hubspotStage,
    emulate: (...services: Parameters<typeof hubspot>) => {
      const created = hubspotStage.emulate(...services)
      if (options.seed) created.seed({ ...defaultSeed, ...options.seed })
      created.configure(options.hubspot ?? {})
      options.before?.(created)
      return created
    },
  }
  try {
    const world = await openContractWorld(
      provider,
      (stage) => {
        stages.push(stage)
        return hubspotHands(stage)
      },
      { instances, settings }
    )
    const [stage] = stages
    if (!stage) throw new Error('The contract world has no stage')
    const shut = async () => {
      await world.shut()
      time.restore()
    }
    return { ...world, ...journeyOf(stage, world, time), shut }
  } catch (error) {
    time.restore()
    throw error
  }
}

/** Time that can be moved, below that of the contract world. */
function ownTime() {
  const now = Date.now
  const wait = globalThis.setTimeout
  let offset = 0
  Date.now = () => now() + offset
  const hurriedWait = (run: () => void, ms = 0) => {
    // Shorter ones are left to their order, longer ones are nobody's sleep.
    if (ms < 250 || ms > 20_000) return wait(run, ms)
    const dueAt = Date.now() + Math.round(ms)
    const leapAndRun = () => {
      offset += Math.max(0, dueAt - Date.now())
      run()
    }
    return wait(leapAndRun, 5)
  }
  return {
    leap: (ms: number) => void (offset += ms),
    hurry: () => void vi.stubGlobal('setTimeout', Object.assign(hurriedWait, wait)),
    unhurry: () => void vi.unstubAllGlobals(),
    restore() {
      vi.unstubAllGlobals()
      Date.now = now
    },
  }
}

function journeyOf(
  { emulator, provider, installation, use }: Stage<HubSpotEmulator>,
  world: Awaited<ReturnType<typeof openContractWorld>>,
  time: ReturnType<typeof ownTime>
) {
  const { journal, botpress, faults } = emulator

  const tags = (user: EndUser) => {
    const row = botpress.store.conversations.get(user.downstreamConversationId ?? '')
    if (!row) throw new Error('This user has no session')
    return row.tags
  }

  /** HubSpot's id of the thread of the user's latest session. */
  const threadId = (user: EndUser) => (tags(user)['threadKey'] ?? '').split('/')[1] ?? ''

  /** Lets everything finish, and so much time pass. */
  const settle = async (ms = SETTLE_MS) => {
    await emulator.settled()
    for (let left = ms; left > 0; left -= STEP_MS) {
      time.leap(Math.min(left, STEP_MS))
      await emulator.clock.advance(0)
      await emulator.settled()
    }
  }

  const newcomer = async (person: { name?: string; email?: string } = {}) => {
    const user = botpress.endUser({ name: 'Ana', ...person })
    await user.say('hello')
    return user
  }

  /** A person in a session that has come to rest. */
  const escalated = async ({
    hitlSession,
    ...person
  }: { name?: string; email?: string; hitlSession?: object } = {}) => {
    const user = await newcomer(person)
    const options = hitlSession ? { hitlSession: { ...hitlSession } } : {}
    await user.escalate({ title: 'Help', description: 'The printer burns', ...options })
    await settle()
    return user
  }

  /** `POST channels/…/messages`, `GET contacts/…`, `PATCH threads/…`. */
  const vendorCalls = (mark: number) =>
    journal
      .since(mark, 'vendor')
      .flatMap(({ label, provider: by }) => (by === provider.name ? [label] : []))
      .map((label) =>
        label
          .replace(`${provider.name} `, '')
          .replace(CHANNELS, 'channels')
          .replace('/conversations/v3/conversations/', '')
          .replace('/crm/v3/objects/', '')
          .replace(/\/oauth\/2026-03\/|\/files\/v3\//, '')
          .replace(/\/webhooks\/v3\/\d+/, 'webhooks')
          .replaceAll(/(?<=\/)[^/]*(\d{3}|@|%40)[^/]*/g, '…')
      )

  const askForToken = async (fields: Record<string, string>) => {
    const { clientId, clientSecret } = defaultSeed.app
    const body = new URLSearchParams({ client_id: clientId, client_secret: clientSecret, ...fields })
    return tokenAnswer.parse(await (await fetch(`${API}/oauth/2026-03/token`, { method: 'POST', body })).json())
  }

  /** As somebody with the rights of the app, or of its developer. */
  const askHubSpot = async (
    method: string,
    path: string,
    { json, asApp = false }: { json?: object; asApp?: boolean }
  ) => {
    const { developerKey, id } = defaultSeed.app
    const authorization = `Bearer ${provider.liveTokens.at(-1) ?? ''}`
    const headers = { 'content-type': 'application/json', ...(asApp ? {} : { authorization }) }
    const query = asApp ? `?hapikey=${developerKey}&appId=${id}` : ''
    const answer = await fetch(`${API}${path}${query}`, {
      method,
      headers,
      ...(json ? { body: JSON.stringify(json) } : {}),
    })
    await answer.arrayBuffer()
    return answer.status
  }

  /** Tokens that HubSpot gave out, and how far journal and log were searched. */
  const given = new Set<string>()
  let searched = { journal: 0, log: 0 }

  const secrets = () => {
    const mine = Object.values(secretSettings.parse(installation.configuration))
    return [...hubspotSecrets, ...given, ...mine, botpress.token].filter(({ length }) => length >= SHORTEST_TEXT)
  }

  const words = () =>
    provider.threads
      .flatMap(({ messages }) => messages.map(({ text }) => text))
      .filter((text) => text.length >= SHORTEST_TEXT)

  return {
    emulator,
    provider,
    installation,
    use,
    tags,
    threadId,
    settle,
    newcomer,
    escalated,
    vendorCalls,
    askForToken,
    askHubSpot,
    leap: time.leap,
    hurry: time.hurry,
    unhurry: time.unhurry,
    anna: provider.agent(ANNA.id),
    ben: provider.agent(BEN.id),

    /** The thread of the user's latest session. */
    thread: (user: EndUser) => provider.thread(threadId(user)),
    /** All threads that the bot has opened. */
    ours: () => provider.threads.filter(({ integrationThreadIds }) => integrationThreadIds.length > 0),
    botpressCalls: (mark: number) => journal.since(mark, 'botpress').map(({ label }) => label),
    events: (type: string) => [...botpress.store.events.values()].filter((event) => event.type === type),
    entries: (kind: JournalKind, part: string, mark = 0) =>
      journal.since(mark, kind).filter(({ label }) => label.includes(part)),

    /** Part of the label of the call that writes as the end user. */
    publish: () => `POST ${CHANNELS}/${provider.channels[0]?.id}/messages`,
    fail: (match: string, fault: FaultRule['fault'], times = 1, target: string = provider.name) =>
      faults.add({ target, match, times, fault }),

    /** A fresh refresh token of the same portal, as the set-up guide gets one. */
    async newRefreshToken() {
      const [redirectUri = ''] = defaultSeed.app.redirectUris
      const code = provider.grantCode()
      const answer = await askForToken({ grant_type: 'authorization_code', code, redirect_uri: redirectUri })
      return answer.refresh_token
    },

    /** What the platform gave to the latest `startHitl`. */
    lastStart() {
      const entry = journal.entries.findLast(({ label }) => label === 'action_triggered startHitl')
      return startRequest.parse(entry?.request).input
    },

    /** Secrets, and words of conversations, in anything that people or other systems got to see since the last look. */
    leaks() {
      const entries = journal.since(searched.journal)
      const log = world.logs()
      for (const { response } of entries) {
        for (const token of Object.values(tokenAnswer.safeParse(response).data ?? {})) if (token) given.add(token)
      }
      const answers = entries.filter(({ kind }) => kind === 'invoke' || kind === 'webhook')
      const said = [
        log.slice(searched.log),
        JSON.stringify(answers.map(({ response }) => response)),
        installation.statusReason ?? '',
      ]
      searched = { journal: journal.mark(), log: log.length }
      return [...secrets(), ...words()].filter((hidden) => said.some((place) => place.includes(hidden)))
    },
  }
}

const text = z.optional(z.string())
const tokenAnswer = z.object({ access_token: text, refresh_token: text })
const secretSettings = z.object({ developerApiKey: z.string(), clientSecret: z.string(), refreshToken: z.string() })
const startRequest = z.object({ input: z.record(z.string(), z.unknown()) })

/** What agents said to this user: name, and text or address. */
export const heard = (user: EndUser) =>
  user.transcript.flatMap(({ from, agentName, type, payload }) =>
    from === 'agent' ? [[agentName, payload['text'] ?? payload[`${type}Url`]]] : []
  )

export const heardTexts = (user: EndUser) => heard(user).map(([, said]) => said)

export const heardTypes = (user: EndUser) =>
  user.transcript.flatMap(({ from, type }) => (from === 'agent' ? [type] : []))

/** Names of the agents who were announced, in order. */
export const announced = (user: EndUser) =>
  user.transcript.flatMap(({ from, agentName }) => (from === 'notice' && agentName ? [agentName] : []))

/** How often the user was told that the agent is gone. */
export const endings = (user: EndUser) =>
  user.transcript.filter(({ from, payload }) => from === 'notice' && /agent closed/.test(String(payload['text'])))
    .length

export const failures = (user: EndUser) => user.lastDeliveryErrors.map(({ message }) => message)
