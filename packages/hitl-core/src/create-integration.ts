import { Integration, type IntegrationLogger } from '@botpress/sdk'
import { createUser, stopHitl } from './actions'
import type { Log, ProviderAdapter } from './adapter'
import type { HitlIntegration } from './botpress/integration-type'
import type { BotpressPort } from './botpress/port'
import { withRuntimeErrors } from './botpress/runtime-error'
import { type OutgoingDelivery, sendMessage } from './channels'
import { ConfigurationError } from './errors'
import { createInvocation, type Invocation } from './invocation'
import { redact } from './redact'
import { forgetRegistration, register } from './registration'
import { startHitl } from './start-hitl'
import { answerWithoutSettings, handleWebhook, type PlatformResponse } from './webhook'

/** Time each journey step may take, in ms. The platform ends an invocation after 60 s. */
const BUDGET_MS = { setUp: 50_000, start: 45_000, stop: 30_000, message: 40_000 } as const

type CallProps = {
  client: BotpressPort
  logger: IntegrationLogger
  ctx: { integrationId: string; webhookId: string; configuration: unknown }
}

/** The integration of one provider. Everything that is not the provider's own is wired here. */
export function createHitlIntegration<Config, Thread, Options>(
  adapter: ProviderAdapter<Config, Thread, Options>
): Integration<HitlIntegration> {
  type Run<T> = (invocation: Invocation<unknown, Thread, unknown>) => Promise<T>

  const clean = ({ configuration }: CallProps['ctx']) => cleaner(configuration, adapter.quotable ?? [])

  const open = ({ client, logger, ctx }: CallProps, budgetMs: number, webhookUrl?: string) =>
    createInvocation(adapter, {
      client,
      log: createLog(logger, clean(ctx)),
      integrationId: ctx.integrationId,
      webhookId: ctx.webhookId,
      configuration: ctx.configuration,
      budgetMs,
      ...(webhookUrl === undefined ? {} : { webhookUrl }),
    })

  const call = <T>(props: CallProps, budgetMs: number, run: Run<T>, webhookUrl?: string): Promise<T> =>
    withRuntimeErrors(clean(props.ctx), createLog(props.logger, clean(props.ctx)), async () =>
      run(open(props, budgetMs, webhookUrl))
    )

  /** A person waits for it, not a provider. */
  const connecting = (props: CallProps) => {
    const invocation = open(props, BUDGET_MS.setUp)
    return { ...invocation, name: adapter.name, register: () => register(invocation) }
  }

  const send = (props: CallProps & OutgoingDelivery) =>
    call(props, BUDGET_MS.message, (invocation) => sendMessage(invocation, props))

  return new Integration<HitlIntegration>({
    register: (props) =>
      call(props, BUDGET_MS.setUp, async (invocation) => void (await register(invocation)), props.webhookUrl),
    unregister: async (props) => {
      try {
        const remove: Run<void> = async (invocation) => {
          await invocation.connect().uninstall()
          await forgetRegistration(invocation)
        }
        await call(props, BUDGET_MS.setUp, remove, props.webhookUrl)
      } catch {
        // An installation whose settings never were right has to go away all the same.
        createLog(props.logger, clean(props.ctx)).warn(`${adapter.name}: nothing could be cleaned up.`)
      }
    },
    handler: async (props): Promise<PlatformResponse> => {
      if (adapter.connection?.isRedirect(props.req)) {
        return adapter.connection.receive(() => connecting(props), props.req, clean(props.ctx))
      }
      try {
        return await handleWebhook(open(props, adapter.limits.webhookMs), props.req)
      } catch (error) {
        if (error instanceof ConfigurationError) return answerWithoutSettings(error)
        // A thrown error would become 400, after which no provider tries again.
        return { status: 500 }
      }
    },
    actions: {
      createUser: (props) => call(props, BUDGET_MS.start, (invocation) => createUser(invocation, props.input)),
      startHitl: (props) => call(props, BUDGET_MS.start, (invocation) => startHitl(invocation, props.input)),
      stopHitl: (props) => call(props, BUDGET_MS.stop, (invocation) => stopHitl(invocation, props.input)),
    },
    channels: {
      hitl: { messages: { text: send, image: send, audio: send, video: send, file: send, bloc: send } },
    },
  })
}

function createLog(logger: IntegrationLogger, clean: (text: string) => string): Log {
  const forBot = logger.forBot()
  return {
    info: (message) => void forBot.info(clean(message)),
    warn: (message) => void forBot.warn(clean(message)),
    error: (message) => void forBot.error(clean(message)),
  }
}

/** Removes whatever equals a setting. Our texts hold no secrets; this guards against the one that slips in. */
function cleaner(configuration: unknown, quotable: readonly string[]): (text: string) => string {
  const entries = configuration && typeof configuration === 'object' ? Object.entries(configuration) : []
  const secrets = entries.flatMap(([name, value]) =>
    typeof value === 'string' && !quotable.includes(name) ? [value] : []
  )
  return (text) => redact(text, secrets)
}
