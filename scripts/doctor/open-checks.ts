import { randomUUID } from 'node:crypto'
import type { ProviderContext } from '../../packages/hitl-core/src/adapter'
import type { Payload } from '../../packages/hitl-core/src/botpress/port'
import type { Check } from '../../packages/hitl-core/src/check'
import type { HttpClient } from '../../packages/hitl-core/src/http/request'
import { createInvocation } from '../../packages/hitl-core/src/invocation'
import type { Doctor } from './doctors'
import { memoryBotpress } from './memory-botpress'
import type { Screen } from './screen'
import type { Settings } from './settings-file'

export type Trial = {
  doctor: Doctor
  settings: Settings
  webhookUrl: string
  budgetMs: number
  screen: Screen
  /** Told of each credential that was obtained. */
  onToken(payload: Payload): void
}

/** Also what a dry run needs: nothing is called until a check runs. */
export type OpenChecks = { config: unknown; checks: readonly Check[] }

/** The checks as registration would run them, then the looks. @throws ConfigurationError when a setting is missing or malformed */
export function openChecks({ doctor, settings, webhookUrl, budgetMs, screen, onToken }: Trial): OpenChecks {
  const { adapter } = doctor
  let looks: readonly Check[] = []
  const watched = {
    ...adapter,
    auth: (config: unknown, http: HttpClient) => adapter.auth(config, watch(http, screen)),
    connect(given: ProviderContext<unknown>) {
      const context = { ...given, http: watch(given.http, screen) }
      looks = doctor.looks(context)
      return adapter.connect(context)
    },
  }
  const say = (text: string) => screen.line(`  note: ${text}`)
  const invocation = createInvocation(watched, {
    client: memoryBotpress(({ name }, payload) => {
      if (name === 'installationToken') onToken(payload)
    }),
    log: { info: say, warn: say, error: say },
    integrationId: 'doctor',
    // What core remembers of other installations in this process must not count here.
    webhookId: randomUUID(),
    configuration: settings,
    webhookUrl,
    budgetMs,
  })
  const checks = invocation.connect().checks?.() ?? []
  return { config: invocation.config, checks: [...checks, ...looks] }
}

/** Says each call before it is made; a query may hold secrets. */
const watch = (http: HttpClient, screen: Screen): HttpClient => ({
  ...http,
  request(request) {
    const { host, pathname } = new URL(request.url)
    screen.line(`  → ${request.method} ${host}${pathname}`)
    return http.request(request)
  },
})
