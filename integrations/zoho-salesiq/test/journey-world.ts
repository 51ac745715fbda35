import type { EndUser, JournalKind } from '@hitl/emulator'
import { defaultSeed, zohoSalesIq, type ZohoSalesIqEmulator, type ZohoSettings } from '@hitl/emulator/zoho-salesiq'
import { openContractWorld } from '@hitl/sandbox/contract-world'
import type { Stage } from '@hitl/sandbox/stage'
import { zohoSalesIqSecrets, zohoSalesIqStage } from '@hitl/sandbox/zoho-salesiq'
import * as z from 'zod/mini'
import { zohoSalesIqHands } from './hands'

const [shop, outlet] = defaultSeed.brands
const [anna, ben, chloe] = defaultSeed.operators
if (!shop || !outlet || !anna || !ben || !chloe) throw new Error('The emulated portal has changed')

export const SHOP = shop.id
export const OUTLET = outlet.id
export const [SUPPORT = '', SALES = ''] = shop.departmentIds
export const RETURNS = outlet.departmentIds[1] ?? ''
export const ANNA = anna
export const BEN = ben
export const CHLOE = chloe

/** What we ask SalesIQ to report. */
export const EVENTS = [
  'conversation.attender.updated',
  'conversation.operator.replied',
  'conversation.completed',
  'conversation.missed',
  'conversation.transfer.accepted',
] as const

const STEP_MS = 5_000
const SALESIQ = `https://salesiq.zoho.eu/api/v2/${defaultSeed.screenName}`
const TOKENS = 'https://accounts.zoho.eu/oauth/v2/token'
/** Shorter texts may be in a log by chance. */
const SHORTEST_TEXT = 8

export type JourneyOptions = {
  instances?: number
  settings?: Record<string, unknown>
  /** How the emulated SalesIQ is from the first call on. */
  zoho?: Partial<ZohoSettings>
}

export type Journey = Awaited<ReturnType<typeof openJourney>>

/** The contract world, with the hands and eyes that Zoho's own journeys need. */
export async function openJourney({ instances = 1, settings = {}, zoho = {} }: JourneyOptions = {}) {
  const stages: Stage<ZohoSalesIqEmulator>[] = []
  const provider = {
    ...zohoSalesIqStage,
    emulate: (...services: Parameters<typeof zohoSalesIq>) => {
      const created = zohoSalesIq(...services)
      created.configure(zoho)
      return created
    },
  }
  const world = await openContractWorld(
    provider,
    (stage) => {
      stages.push(stage)
      return zohoSalesIqHands(stage)
    },
    { instances, settings }
  )
  const [stage] = stages
  if (!stage) throw new Error('The contract world has no stage')
  return { ...world, ...journeyOf(stage, world) }
}

function journeyOf(
  { emulator, provider, installation }: Stage<ZohoSalesIqEmulator>,
  world: Awaited<ReturnType<typeof openContractWorld>>
) {
  const { journal, botpress } = emulator

  const tags = (user: EndUser) => {
    const row = botpress.store.conversations.get(user.downstreamConversationId ?? '')
    if (!row) throw new Error('This user has no session')
    return row.tags
  }

  /** Moves the time of all without letting anything happen meanwhile. */
  const leap = (ms: number) => {
    for (let left = ms; left > 0; left -= STEP_MS) world.mature()
  }

  /** A person in a session that has come to rest. */
  const escalated = async ({
    hitlSession,
    ...person
  }: { name?: string; email?: string; hitlSession?: object } = {}) => {
    const user = botpress.endUser({ name: 'Ana', ...person })
    await user.say('hello')
    await user.escalate({
      title: 'Help',
      description: 'The printer burns',
      ...(hitlSession ? { hitlSession: { ...hitlSession } } : {}),
    })
    await world.settle()
    return user
  }

  const labels = (mark: number, kind: JournalKind) =>
    journal.since(mark, kind).flatMap((entry) => (entry.provider === provider.name ? [entry.label] : []))

  /** `POST conversations/…/messages`; `v2/` stands before what is the operators' side, `visitor/` before the old visitor's. */
  const vendorCalls = (mark: number) =>
    labels(mark, 'vendor').map((label) =>
      label
        .replace(`${provider.name} `, '')
        .replace(`/api/visitor/v1/${defaultSeed.screenName}/`, '')
        .replace(`/api/v2/${defaultSeed.screenName}/`, 'v2/')
        .replace(`/visitor/v2/${defaultSeed.screenName}/`, 'visitor/')
        .replace('/oauth/v2/', '')
        .replaceAll(/\d{10,}|[0-9a-f]{64}/g, '…')
    )

  const askZoho = async (method: string, path: string) => {
    const authorization = `Zoho-oauthtoken ${provider.liveTokens.at(-1) ?? ''}`
    const answer: unknown = await (await fetch(`${SALESIQ}/${path}`, { method, headers: { authorization } })).json()
    return answer
  }

  const askForToken = async (fields: Record<string, string>) => {
    const { id, secret } = defaultSeed.client
    const body = new URLSearchParams({ client_id: id, client_secret: secret, ...fields })
    return tokenAnswer.parse(await (await fetch(TOKENS, { method: 'POST', body })).json())
  }

  const secrets = () => {
    const given = journal.entries.flatMap(({ response }) => tokenAnswer.safeParse(response).data?.access_token ?? [])
    const { refreshToken = '', webhookToken = '', accessToken = '' } = settingsOf.parse(installation.configuration)
    const mine = [refreshToken, webhookToken, accessToken, defaultSeed.userRefreshToken ?? '']
    return [...zohoSalesIqSecrets, ...given, ...mine, botpress.token].filter(Boolean)
  }

  const words = () =>
    provider.conversations
      .flatMap(({ messages, pastMessages }) => [...messages, ...pastMessages].map(({ text = '' }) => text))
      .filter((text) => text.length >= SHORTEST_TEXT)

  return {
    emulator,
    provider,
    installation,
    tags,
    leap,
    escalated,
    vendorCalls,
    askZoho,
    askForToken,
    anna: provider.agent(ANNA.id),
    ben: provider.agent(BEN.id),
    chloe: provider.agent(CHLOE.id),

    /** The conversation of the user's latest session. */
    chat: (user: EndUser) => provider.conversation(tags(user)['threadKey'] ?? ''),
    botpressCalls: (mark: number) => journal.since(mark, 'botpress').map(({ label }) => label),
    events: (type: string) => [...botpress.store.events.values()].filter((event) => event.type === type),

    /** When access tokens were asked for, in epoch ms. */
    tokenTimes: () => journal.entries.flatMap(({ label, at }) => (label.endsWith('/oauth/v2/token') ? [at] : [])),

    /** A webhook of the user's conversation that says what a real one would; resolves with the status of the answer. */
    async postReply(
      user: EndUser,
      { app = SHOP, webhook = '1', query = '', text = 'by hand', msgid = 'by-hand' } = {}
    ) {
      const id = tags(user)['threadKey'] ?? ''
      const sender = { id: ANNA.id, name: ANNA.name, type: 'operator' }
      const body = JSON.stringify({
        event: 'conversation.operator.replied',
        entity_type: 'conversation',
        entity_id: id,
        entity: { id, message: { msgid, text, meta: {}, sender } },
        event_time: String(Date.now()),
        attempt: 1,
        version: 1,
        app_id: app,
        org_id: defaultSeed.orgId,
        webhook: { id: webhook },
      })
      const headers = { 'content-type': 'application/json' }
      const address = `${emulator.url}/${installation.webhookId}${query}`
      const answer = await fetch(address, { method: 'POST', headers, body })
      await answer.arrayBuffer()
      return answer.status
    },

    /** Secrets, and words of conversations, in anything that people or other systems get to see. */
    leaks() {
      const answers = journal.entries.filter(({ kind }) => kind === 'invoke' || kind === 'webhook')
      const said = [
        world.logs(),
        JSON.stringify(answers.map(({ response }) => response)),
        installation.statusReason ?? '',
      ]
      return [...secrets(), ...words()].filter((hidden) => said.some((place) => place.includes(hidden)))
    },
  }
}

const tokenAnswer = z.object({ access_token: z.optional(z.string()), refresh_token: z.optional(z.string()) })
const text = z.optional(z.string())
const settingsOf = z.object({ refreshToken: text, webhookToken: text, accessToken: text })

/** What agents said to this user: name, and text or address. */
export const heard = (user: EndUser) =>
  user.transcript.flatMap(({ from, agentName, type, payload }) =>
    from === 'agent' ? [[agentName, payload['text'] ?? payload[`${type}Url`]]] : []
  )

export const heardTexts = (user: EndUser) => heard(user).map(([, said]) => said)

/** Names of the agents who were announced, in order. */
export const announced = (user: EndUser) =>
  user.transcript.flatMap(({ from, agentName }) => (from === 'notice' && agentName ? [agentName] : []))

/** How often the user was told that the agent is gone. */
export const endings = (user: EndUser) =>
  user.transcript.filter(({ from, payload }) => from === 'notice' && /agent closed/.test(String(payload['text'])))
    .length

export const failures = (user: EndUser) => user.lastDeliveryErrors.map(({ message }) => message)
