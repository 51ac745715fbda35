import {
  isDoubtful,
  type Log,
  type OpenRequest,
  type PastMessage,
  ProviderHttpError,
  RateLimitedError,
  splitText,
} from '@hitl/core'
import { isAboutAccess, isRefusal, type SalesIqClient } from './client'
import { close, closeEarlier } from './close-thread'
import type { ZohoSalesIqConfig } from './config'
import type { ZohoSalesIqOptions } from './form'
import { limits } from './limits'
import { asNumber, asText, conversationList, openedConversation, visitorOfList } from './schemas'
import type { ZohoSalesIqThread } from './thread'
import type { Installation } from './trust'

export type OpenTools = {
  client: SalesIqClient
  config: ZohoSalesIqConfig
  log: Log
  /** What is known of the webhook, once it reports this brand. */
  installationFor(appId: string): Promise<Installation>
}

type Request = OpenRequest<ZohoSalesIqThread, ZohoSalesIqOptions>

/**
 * One conversation per session. SalesIQ would let the same visitor have two open at once, so the chat of an earlier
 * session is closed first unless it is known to be closed.
 */
export async function openThread(tools: OpenTools, request: Request): Promise<ZohoSalesIqThread> {
  const { client, config, log } = tools
  const { previous, brief } = request
  const appId = brief.options.appId || config.appId
  const { webhookId, keys } = await tools.installationFor(appId)
  if (previous && !(await previous.isClosed())) await closeEarlier(client, log, previous.thread)
  return {
    ...(await open(tools, request, appId)),
    appId,
    ...(webhookId === undefined ? {} : { webhookId }),
    keys,
  }
}

type Opened = Pick<ZohoSalesIqThread, 'id' | 'hexId'>

/** Agents see the history as messages of their own; where SalesIQ does not take it, as a text in the question. */
async function open(tools: OpenTools, request: Request, appId: string): Promise<Opened> {
  const { log } = tools
  const body = openingOf(tools, request, appId)
  const history = pastMessages(request)
  const isAboutTheOpening = (error: unknown): error is ProviderHttpError =>
    isRefusal(error) && !(error instanceof RateLimitedError) && !isAboutAccess(error)
  try {
    if (history.length === 0) return await create(tools, body)
    return await create(tools, { ...body, past_messages: history }).catch((error: unknown) => {
      // A limit told in words may be about the history, one told by the status is about calls.
      const isWorded = error instanceof RateLimitedError && error.status !== 429
      if (!isAboutTheOpening(error) && !isWorded) throw error
      log.warn('Zoho SalesIQ did not take the history as messages; it is sent as a text.')
      return create(tools, { ...body, question: withSummary(body.question, request.brief.transcript) })
    })
  } catch (error) {
    if (!isAboutTheOpening(error)) throw error
    const { status, type } = error
    const hint = 'Check that the brand and the department of this session exist and belong together.'
    throw new ProviderHttpError(
      `${error.message} ${hint}`,
      { status, type },
      { provider: 'Zoho SalesIQ', cause: error }
    )
  }
}

type Opening = ReturnType<typeof openingOf> & { past_messages?: unknown }

async function create({ client }: OpenTools, body: Opening): Promise<Opened> {
  const startedAt = Date.now()
  const call = { method: 'POST' as const, path: 'conversations', json: body, repeatable: false, reserveMs: LOOKING_MS }
  let opened: { conversation_id?: unknown; id?: unknown }
  try {
    opened = await client.ask('visitor', call, openedConversation)
  } catch (error) {
    const found = isDoubtful(error) ? await findOurs(client, body, startedAt) : undefined
    if (!found) throw error
    return { id: found }
  }
  const hexId = asText(opened.id)
  const id = asText(opened.conversation_id) ?? (await findOurs(client, body, startedAt))
  if (id) return { id, ...(hexId ? { hexId } : {}) }
  // Without its numeric id the conversation would never be heard of again.
  if (hexId) await close(client, 'visitorV2', hexId).catch(() => undefined)
  throw noId()
}

const noId = () =>
  new ProviderHttpError(
    'Zoho SalesIQ did not tell the ID of the conversation it opened.',
    { status: 200 },
    { provider: 'Zoho SalesIQ', retryable: true }
  )

const CLOCKS_MS = 5_000
/** How long to look for a conversation that a lost call may still open, in ms between the looks. */
const LOOKS_MS = [0, 1_000, 2_000, 4_000]
/** What all looks together may take, in ms. */
const LOOKING_MS = 12_000

/**
 * After a call whose outcome is in doubt: the conversation it opened, known by the visitor and the time. Without an email
 * address a visitor cannot be told from others of the same name, and then nothing is guessed: another person's chat must
 * never become this session's.
 */
async function findOurs(client: SalesIqClient, body: Opening, startedAt: number): Promise<string | undefined> {
  for (const wait of LOOKS_MS) {
    await new Promise((resolve) => setTimeout(resolve, wait))
    const listed = await listOpenSince(client, startedAt, body.visitor, { app_id: body.app_id }).catch(() => [])
    const candidates = listed.filter(({ known, question }) => known === 'by id' || question === body.question)
    const id = candidates.length === 1 ? candidates[0]?.id : undefined
    if (id) return id
  }
  return undefined
}

type Visitor = Pick<ReturnType<typeof openingOf>['visitor'], 'user_id' | 'email'>
type Listed = { id: string; question: unknown; startedAt: number; known: 'by id' | 'by address' }

/** Open conversations of a visitor. @param startedAt epoch ms; older ones are left out */
export async function listOpenSince(
  client: SalesIqClient,
  startedAt: number,
  visitor: Visitor,
  more: Readonly<Record<string, string>>
): Promise<Listed[]> {
  const since = startedAt - CLOCKS_MS
  const query = {
    status: 'open',
    ...more,
    from_time: String(since),
    limit: '99',
  }
  const call = { method: 'GET' as const, path: 'conversations', query, repeatable: true }
  return (await client.ask('rest', call, conversationList)).flatMap((item): Listed[] => {
    const id = asText(item.id)
    const known = recognise(item.visitor, visitor)
    const startedAt = asNumber(item.start_time) ?? 0
    if (!id || !/^\d+$/.test(id) || !known || startedAt < since) return []
    return [{ id, question: item.question, startedAt, known }]
  })
}

/** Lists may or may not show our own ID of the visitor; they show addresses, perhaps in lower case. */
function recognise(given: unknown, { user_id: ours, email }: Visitor): Listed['known'] | undefined {
  const parsed = visitorOfList.safeParse(given)
  if (!parsed.success) return undefined
  const { user_id: userId, email: theirs } = parsed.data
  if (asText(userId)) return userId === ours ? 'by id' : undefined
  return email !== undefined && asText(theirs)?.toLowerCase() === email.toLowerCase() ? 'by address' : undefined
}

/** Source: zoho.com/salesiq/help/developer-section/open-conversation-v1.html. */
function openingOf({ config }: OpenTools, { contact, brief }: Request, appId: string) {
  const { departmentId, waitTimeSeconds, customInfo } = brief.options
  const info = Object.entries(customInfo ?? {}).map(([name, value]) => [name, String(value)])
  const phone = customInfo?.['phone']?.trim()
  return {
    app_id: appId,
    department_id: departmentId || config.departmentId,
    question: questionOf(brief),
    visitor: {
      user_id: contact.userId,
      ...(contact.name ? { name: contact.name } : {}),
      ...(contact.email ? { email: contact.email } : {}),
      ...(phone ? { phone } : {}),
    },
    ...(info.length > 0 ? { customer_info: Object.fromEntries(info) } : {}),
    ...(waitTimeSeconds === undefined ? {} : { custom_wait_time: waitTimeSeconds }),
  }
}

export const questionOf = ({ title, description }: { title?: string | undefined; description?: string | undefined }) =>
  [title, description].filter(Boolean).join('\n\n') || 'Would like to talk to a human agent.'

/** How much history agents get: neither a largest number nor a largest size is documented. */
const MOST_MESSAGES = 100
/** History as messages: SalesIQ wants a time for each, and Botpress gives none; they keep the order, a second apart. */
const APART_MS = 1_000

function pastMessages({ brief }: Request) {
  const left = brief.history.length - MOST_MESSAGES
  const latest = brief.history.slice(-MOST_MESSAGES)
  const notice: PastMessage[] =
    left > 0 ? [{ speaker: 'bot', name: 'Bot', text: `[${left} earlier messages are not shown]` }] : []
  const shown = [...notice, ...latest].flatMap(({ speaker, name, text }) =>
    splitText(text, limits.text).map((piece) => ({
      sender_type: speaker === 'user' ? 'visitor' : 'bot',
      sender_name: name,
      text: piece,
    }))
  )
  const firstAt = Date.now() - shown.length * APART_MS
  return shown.map((message, index) => ({ ...message, time: firstAt + index * APART_MS }))
}

/** The end of a long history says more than its beginning. */
function withSummary(question: string, transcript: string): string {
  const most = limits.text.max
  const end = transcript.slice(-most).replace(/^[\uDC00-\uDFFF]/, '')
  const summary = transcript.length > most ? `…${end}` : transcript
  return `${question}\n\nConversation with the bot so far:\n${summary}`
}
