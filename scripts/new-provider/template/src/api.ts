import {
  ConfigurationError,
  CREDENTIAL_REFUSED,
  type HttpMethod,
  type HttpResponse,
  type ProviderApi,
  type ProviderContext,
  ProviderHttpError,
  ThreadClosedError,
} from '@hitl/core'
import type * as z from 'zod/mini'
import type { AcmeChatConfig } from './config'
import type { AcmeChatOptions } from './form'
import { agentProfile, openedThread } from './schemas'

// TODO (step 6): the vendor's address, and below its paths and fields. Nobody answers at this one.
const API = 'https://api.example.com/v1'
const provider = 'Acme Chat'

export type AcmeChatThread = { id: string }

type Body = Readonly<Record<string, unknown>>

export function connect(context: ProviderContext<AcmeChatConfig>): ProviderApi<AcmeChatThread, AcmeChatOptions> {
  const { http, credential, webhookUrl } = context

  // The key makes a POST safe to repeat. TODO (step 6): where the vendor knows no such key, `repeatable` is false for
  // these calls, and the adapter looks what became of one whose answer was lost.
  const call = (method: HttpMethod, path: string, json?: Body, key?: string) =>
    http.request({
      method,
      url: `${API}${path}`,
      ...(key === undefined ? {} : { headers: { 'idempotency-key': key } }),
      ...(json === undefined ? {} : { json }),
      credential,
      repeatable: true,
      judge,
    })

  return {
    async install() {
      await call('GET', '/account').catch(explainKey)
      await call('PUT', '/webhook', { url: webhookUrl })
      return []
    },
    uninstall: async () => void (await call('DELETE', '/webhook')),
    async openThread({ sessionId, contact, brief: { title, description, transcript, options } }) {
      const { userId, name, email } = contact
      const body = { contact: { id: userId, name, email }, title, description, transcript, team: options.team }
      return read(openedThread, await call('POST', '/threads', body, sessionId))
    },
    async sendMessage({ id: threadId }, { id, parts }) {
      for (const [index, part] of parts.entries()) {
        await call('POST', `/threads/${threadId}/messages`, { ...part }, `${id}#${index}`)
      }
    },
    async closeThread({ id }) {
      await call('PUT', `/threads/${id}/closed`).catch((error: unknown) => {
        if (!(error instanceof ThreadClosedError)) throw error
      })
    },
    async getAgent(id) {
      const { name, avatarUrl } = read(agentProfile, await call('GET', `/agents/${encodeURIComponent(id)}`))
      return {
        id,
        ...(name === undefined ? {} : { name }),
        ...(avatarUrl === undefined ? {} : { pictureUrl: avatarUrl }),
      }
    },
  }
}

/** The status that says that a thread takes no more messages. TODO (step 6): as the vendor documents it. */
const judge = ({ status }: HttpResponse) =>
  status === 410
    ? new ThreadClosedError('The Acme Chat thread is closed. Start a new session to reach an agent.', { provider })
    : undefined

function explainKey(error: unknown): never {
  if (!(error instanceof ProviderHttpError) || error.type !== CREDENTIAL_REFUSED) throw error
  const message = 'Acme Chat refused the setting "apiKey". Create a new key and save it.'
  throw new ConfigurationError('apiKey', message, { provider, cause: error })
}

function read<T>(schema: z.ZodMiniType<T>, { json, status }: HttpResponse): T {
  const parsed = schema.safeParse(json)
  if (parsed.success) return parsed.data
  const message = "Acme Chat's answer is not as documented."
  throw new ProviderHttpError(message, { status }, { provider, retryable: true })
}
