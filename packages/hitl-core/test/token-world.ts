import { vi } from 'vitest'
import type { ProviderContext } from '../src/adapter'
import { hitlStates } from '../src/botpress/definition-parts'
import type { StateAddress } from '../src/botpress/port'
import type { Ration } from '../src/oauth/shared-grant'
import type { Token, TokenSource, TokenSourceOptions } from '../src/oauth/token-source'
import { createFakeBotpress, createFakeProvider, type FakeBotpress, type FakeConfig } from '../src/testing'
import { CONFIG } from './support'

export const HOUR_MS = 3_600_000
export const EARLY_MS = 5 * 60_000

/** What the provider says when it is asked for a token; `hangs` never says anything. */
export type TokenAnswer = 'token' | 'refused' | 'limited' | 'down' | 'unreachable' | 'hangs'

/** One installation in Botpress, the provider's token service, and as many instances as a test opens. */
export type TokenWorld = {
  botpress: FakeBotpress
  webhookId: string
  answer: TokenAnswer
  /** The provider's code of a refusal. */
  reason: string | undefined
  /** How long the provider takes to answer, in ms. */
  takesMs: number
  /** Each grant gives a new refresh token and needs the one before, the first one the one in the settings. */
  rotates: boolean
  /** The only refresh token that works, once there was a grant. */
  latestRefresh: string | undefined
  /** The answer to wrong settings and to refresh tokens that do not work. */
  answerToWrong: Exclude<TokenAnswer, 'token'>
  /** What each grant was given, in order. */
  asked: (Token | undefined)[]
  ration: Ration | undefined
  /** What is stored as the installation's token. */
  stored(): ReturnType<FakeBotpress['peekState']>
  lock(): ReturnType<FakeBotpress['peekState']>
}

let worlds = 0
const address = (name: 'installationToken' | 'renewal'): StateAddress => ({
  type: 'integration',
  id: 'integration-1',
  name,
})

export function createTokenWorld(ration?: Ration): TokenWorld {
  const botpress = createFakeBotpress()
  return {
    botpress,
    webhookId: `tokens-${(worlds += 1)}`,
    answer: 'token',
    reason: 'invalid_code',
    takesMs: 0,
    rotates: false,
    latestRefresh: undefined,
    answerToWrong: 'refused',
    asked: [],
    ration,
    stored: () => botpress.peekState(address('installationToken')),
    lock: () => botpress.peekState(address('renewal')),
  }
}

type InstanceOptions = {
  /** The settings; another key means other settings. */
  apiKey?: string
  /** The slot of this session instead of the installation's. */
  sessionId?: string
  /** What the step may take; tests let hours pass. */
  budgetMs?: number
}

/** An instance with modules of its own: what it knows of the others it has from Botpress. */
export async function createTokenInstance(
  world: TokenWorld,
  { apiKey = CONFIG.apiKey, sessionId, budgetMs = 24 * HOUR_MS }: InstanceOptions = {}
): Promise<TokenSource> {
  vi.resetModules()
  const [{ createInvocation }, { createFakeAdapter }, { sharedGrant }, errors] = await Promise.all([
    import('../src/invocation'),
    import('../src/testing/fake-adapter'),
    import('../src/oauth/shared-grant'),
    import('../src/errors'),
  ])
  let context: ProviderContext<FakeConfig> | undefined
  const adapter = createFakeAdapter(createFakeProvider())
  createInvocation(
    { ...adapter, connect: (given) => ((context = given), adapter.connect(given)) },
    {
      client: world.botpress,
      log: { info: () => undefined, warn: () => undefined, error: () => undefined },
      integrationId: 'integration-1',
      webhookId: world.webhookId,
      configuration: { ...CONFIG, apiKey },
      budgetMs,
    }
  ).connect()
  if (!context) throw new Error('the adapter was not connected')
  const slot = sessionId === undefined ? context.installationTokens : context.tokensOf(sessionId)
  return slot.source({ ...grantOf(world, errors, apiKey), shared: sharedGrant(world.ration) })
}

/** Settings with this key are refused, whatever they come with. */
export const WRONG_KEY = 'wrong-key'

const grantOf = (world: TokenWorld, errors: typeof import('../src/errors'), apiKey: string): TokenSourceOptions => ({
  async grant(previous) {
    const mine = world.asked.push(previous)
    const isStale = world.rotates && previous?.refresh !== world.latestRefresh
    const answer = apiKey === WRONG_KEY || isStale ? world.answerToWrong : world.answer
    if (answer === 'hangs') return new Promise<never>(() => undefined)
    if (world.takesMs > 0) await new Promise<void>((resolve) => void setTimeout(resolve, world.takesMs))
    if (answer === 'refused') {
      throw new errors.ReauthorizationRequiredError(
        'Acme refused. Connect again.',
        world.reason === undefined ? {} : { reason: world.reason }
      )
    }
    if (answer === 'limited') throw new errors.RateLimitedError('Acme asks to wait.', { status: 200 })
    if (answer === 'unreachable') throw new errors.ProviderUnreachableError('not sent', { sent: false })
    if (answer === 'down') throw new errors.ProviderUnreachableError('down', { sent: true })
    if (world.rotates) world.latestRefresh = `refresh-${mine}`
    return {
      accessToken: `token-${mine}`,
      expiresAt: Date.now() + HOUR_MS,
      ...(world.rotates ? { refresh: world.latestRefresh } : {}),
    }
  },
})

export async function createTokenInstances(world: TokenWorld, count: number): Promise<TokenSource[]> {
  const instances: TokenSource[] = []
  for (let made = 0; made < count; made += 1) instances.push(await createTokenInstance(world))
  return instances
}

/** Whether Botpress would take a token state as the definition describes it: it refuses fields it does not know. */
export const fitsDefinition = (payload: unknown): boolean =>
  hitlStates.installationToken.schema.strict().safeParse(payload).success

export const passMs = (ms: number) => void vi.setSystemTime(Date.now() + ms)
