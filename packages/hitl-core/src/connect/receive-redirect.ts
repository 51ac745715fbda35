import type { Log, TokenSlot } from '../adapter'
import { oneAtATime, repeatRegistration } from '../botpress/lock'
import type { Platform } from '../botpress/platform'
import { HitlError, ReauthorizationRequiredError } from '../errors'
import { hash } from '../hash'
import type { HttpClient } from '../http/request'
import type { ConnectionParts, Redirect } from './browser-connection'
import type { ConnectPage } from './connect-page'
import { judgeState, type StateScope } from './connect-state'

/** What one redirect has to do with. */
export type Connecting<Config> = {
  /** Product name as people read it. */
  name: string
  config: Config
  webhookUrl: string
  http: HttpClient
  platform: Platform
  tokens: TokenSlot
  log: Log
  /** Checks everything with the new connection, and sets up what is missing. Returns what is left to do by hand. */
  register(): Promise<readonly string[]>
}

export type ArrivedRedirect = { path: string; query: URLSearchParams }

const ANEW =
  'Save the settings of the integration in Botpress again. If that succeeds, the account is connected; else the answer ' +
  'holds a new address. Open that one.'

/** Takes the code of a redirect that we have asked for, keeps what it is worth, and sets everything up. */
export async function receiveRedirect<Config>(
  parts: ConnectionParts<Config>,
  connecting: Connecting<Config>,
  { path, query }: ArrivedRedirect,
  scope: StateScope
): Promise<ConnectPage> {
  const { name, config, log, webhookUrl } = connecting
  const state = judgeState(scope, query.get('state') ?? '', Date.now())
  if (state !== 'ours') return refuse(connecting, state)
  if (parts.isPasted(config)) return page(400, `${name} is connected already`, [PASTED])
  const code = query.get('code') ?? ''
  if (code === '') return denied(connecting, query)
  try {
    const target = parts.settingsFor?.(config, query) ?? { config }
    const redirectUri = `${webhookUrl}${path === '/' ? '' : path}`
    await keepConnection(parts, connecting, target.config, { code, redirectUri })
    log.info(`${name}: the account was connected in a browser.`)
    return target.remark === undefined ? await setUp(connecting) : page(200, 'One setting is left', [target.remark])
  } catch (error) {
    return explain(connecting, error)
  }
}

const page = (status: number, title: string, lines: readonly string[]): ConnectPage => ({ status, title, lines })

const PASTED =
  'The setting "refreshToken" is filled in, so nothing was changed. To connect in the browser instead, empty it and save.'

function refuse({ name, log }: Pick<Connecting<unknown>, 'name' | 'log'>, state: 'old' | 'foreign'): ConnectPage {
  log.warn(
    `${name}: a sign-in was refused, its address was ${state === 'old' ? 'too old' : 'not made by this installation'}.`
  )
  const why =
    state === 'old'
      ? 'This sign-in took longer than an hour.'
      : 'This sign-in was not asked for with the settings that this bot has now.'
  return page(401, `${name} was not connected`, [why, ANEW])
}

/** Source of the codes: RFC 6749 section 4.1.2.1. */
function denied({ name, log }: Pick<Connecting<unknown>, 'name' | 'log'>, query: URLSearchParams): ConnectPage {
  const given = query.get('error') ?? ''
  const reason = /^[\w.-]{1,60}$/.test(given) ? given : 'no code'
  log.warn(`${name}: access was not given (${reason}).`)
  const why = reason === 'access_denied' ? `Nobody gave access to ${name}.` : `${name} gave no access (${reason}).`
  return page(400, `${name} was not connected`, [why, ANEW])
}

/** Two deliveries of one redirect exchange its code once: a second exchange may end what the first has given. */
async function keepConnection<Config>(
  parts: ConnectionParts<Config>,
  { http, platform, tokens }: Connecting<Config>,
  config: Config,
  redirect: Redirect
): Promise<void> {
  const source = tokens.source(parts.tokens(config, http))
  const connectedWith = hash(redirect.code)
  await oneAtATime(platform, WAIT_MS, async () => {
    if ((await source.stored())?.connectedWith === connectedWith) return
    await source.save({ ...(await parts.exchange(config, http, redirect)), connectedWith })
  })
}

/** Another delivery may be at it, or the registration. In ms. */
const WAIT_MS = 20_000

const BACK =
  'You can close this page. So that Botpress shows it as well, save the settings of the integration once more.'

async function setUp({ name, platform, register }: Connecting<unknown>): Promise<ConnectPage> {
  try {
    const notices = await register()
    // Botpress then finds out by itself, also when nobody saves.
    await repeatRegistration(platform, 'hourly').catch(() => undefined)
    return page(200, `${name} is connected`, [...notices, BACK])
  } catch (error) {
    if (!(error instanceof HitlError)) throw error
    return page(200, `${name} is connected, but something is left`, [error.message, 'Then save the settings again.'])
  }
}

function explain({ name, log }: Connecting<unknown>, error: unknown): ConnectPage {
  if (!(error instanceof HitlError)) throw error
  log.warn(`${name} was not connected: ${error.message}`)
  const why =
    error instanceof ReauthorizationRequiredError
      ? `${error.message} A code works once and for some minutes only, and with the right client ID and client secret.`
      : error.message
  return page(error.retryable ? 503 : 400, `${name} was not connected`, [why, ANEW])
}
