import {
  constantTimeEqual,
  isSignedBy,
  type WebhookKnowledge,
  type WebhookProof,
  type WebhookRequest,
  WebhookVerificationError,
} from '@hitl/core'
import type { ZohoSalesIqConfig } from './config'
import { type Envelope, isSameId, readEnvelope } from './envelope'
import type { ZohoSalesIqThread } from './thread'
import { readInstallation, type Trust } from './trust'

/**
 * A webhook that was registered by API is signed with RSA (zoho.com/salesiq/help/developer-section,
 * workflows-actions-webhooks.html). One made by hand may not be; then it can only speak for conversations we opened, and
 * the optional settings make it prove more. What is asked of a request follows from what we know of the installation,
 * noted with each conversation, and from the settings; never from the request.
 */
export async function verifyWebhook(
  request: WebhookRequest,
  config: ZohoSalesIqConfig,
  _now: number,
  knowledge: WebhookKnowledge<ZohoSalesIqThread>
): Promise<WebhookProof> {
  const envelope = readEnvelope(request)
  // What cannot be right in any case is refused before anything is looked up.
  const isUnsigned = !request.headers['x-siqsignature']
  if (isUnsigned && !meetsSettings(request, config)) throw notProven()
  if (isUnsigned && !hasProof(config) && readInstallation(await knowledge.installation()).keys.length > 0)
    throw notProven()
  const thread = await knowledge.thread(envelope.threadKey)
  // What was noted with the conversation saves a call; the keys may be older than those of the installation.
  if (thread && (isSignedByOne(request, thread.keys) || isProvenByHand(request, config, envelope, thread))) return
  const installation = readInstallation(await knowledge.installation())
  const isTrusted =
    installation.keys.length > 0
      ? isSignedByOne(request, installation.keys)
      : isTrustedByHand(request, config, envelope, thread, installation)
  if (isTrusted) return thread || installation.keys.length > 0 || hasProof(config) ? undefined : 'unproven'
  throw notProven()
}

const notProven = () =>
  new WebhookVerificationError('The webhook does not prove that it comes from the Zoho SalesIQ of the settings.', {
    provider: 'Zoho SalesIQ',
  })

const isSignedByOne = ({ rawBody, headers }: WebhookRequest, keys: readonly string[]) =>
  keys.some((key) => isSignedBy(key, rawBody, headers['x-siqsignature'] ?? ''))

type Strict = Pick<ZohoSalesIqConfig, 'webhookToken' | 'webhookPublicKey'>

const hasProof = ({ webhookToken, webhookPublicKey }: Strict) => Boolean(webhookToken || webhookPublicKey)

/** Whether it proves as much as the settings for webhooks made by hand ask for. */
function meetsSettings(request: WebhookRequest, { webhookToken, webhookPublicKey }: Strict): boolean {
  const given = webhookToken && (new URL(request.url).searchParams.get('token') ?? '')
  if (webhookToken && !constantTimeEqual(given ?? '', webhookToken)) return false
  return !webhookPublicKey || isSignedByOne(request, [webhookPublicKey])
}

/** A conversation opened while webhooks were made by hand, and settings that make them prove something. */
const isProvenByHand = (request: WebhookRequest, settings: Strict, envelope: Envelope, thread: ZohoSalesIqThread) =>
  thread.keys.length === 0 &&
  hasProof(settings) &&
  isAbout(envelope, thread.appId, thread.webhookId) &&
  meetsSettings(request, settings)

const isAbout = ({ appId, webhookId }: Envelope, brand: string, noted: string | undefined) =>
  isSameId(appId, brand) && (noted === undefined || isSameId(webhookId, noted))

function isTrustedByHand(
  request: WebhookRequest,
  settings: Strict,
  envelope: Envelope,
  thread: ZohoSalesIqThread | undefined,
  installation: Trust
): boolean {
  if (!meetsSettings(request, settings)) return false
  // Nothing happens to a conversation that is not ours, whoever speaks of it.
  if (settings.webhookPublicKey || !thread) return true
  // Opened when webhooks were signed: what comes without a signature is somebody else's.
  if (thread.keys.length > 0) return false
  return isAbout(envelope, thread.appId, installation.webhookId)
}
