import { parseJson, type JsonRecord } from '../json'
import type { Clock } from '../clock'
import type { Journal } from '../journal'
import { currentTrace, traced } from '../trace'
import type { Installation, InvocationResult, InvokeAnswer } from './installation'

/** Quota of the platform: one invocation may take 60 s. */
export const INVOCATION_TIMEOUT_MS = 60_000

/** Sends one operation to a running instance. An unreachable instance answers 502, a slow one 504. */
export function invoke(
  services: { clock: Clock; journal: Journal },
  installation: Installation,
  operation: string,
  body: JsonRecord | undefined
): Promise<InvocationResult> {
  const trace = currentTrace()
  const run = () => send(services, installation, operation, body)
  return trace ? traced({ ...trace, operation: label(operation, body) }, run) : run()
}

async function send(
  services: { clock: Clock; journal: Journal },
  installation: Installation,
  operation: string,
  body: JsonRecord | undefined
): Promise<InvocationResult> {
  const startedAt = performance.now()
  const text = body === undefined ? '' : JSON.stringify(body)
  const headers = invocationHeaders(installation, operation)
  const answer = await withTimeout(reach(installation, operation, { headers, body: text }))
  const result: InvocationResult = { ...answer, headers: answer.headers ?? {}, json: parseJson(answer.body) }
  services.journal.add({
    at: services.clock.now(),
    kind: 'invoke',
    label: label(operation, body),
    provider: installation.name,
    status: result.status,
    durationMs: Math.round(performance.now() - startedAt),
    ...(body === undefined ? {} : { request: body }),
    response: result.json ?? result.body,
  })
  return result
}

function invocationHeaders(installation: Installation, operation: string): Record<string, string> {
  const { configurationType } = installation.options
  return {
    'content-type': 'application/json',
    'x-bot-id': installation.botId,
    'x-bot-user-id': installation.botId,
    'x-integration-id': installation.id,
    'x-integration-alias': installation.alias,
    'x-webhook-id': installation.webhookId,
    'x-bp-operation': operation,
    'x-bp-configuration': Buffer.from(JSON.stringify(installation.configuration)).toString('base64'),
    ...(configurationType === undefined ? {} : { 'x-bp-configuration-type': configurationType }),
  }
}

async function reach(
  installation: Installation,
  operation: string,
  request: { headers: Record<string, string>; body: string }
): Promise<InvokeAnswer> {
  try {
    return await installation.nextInstance(operation)(request)
  } catch (error) {
    return { status: 502, body: JSON.stringify({ message: `The instance was not reached: ${String(error)}` }) }
  }
}

async function withTimeout(answer: Promise<InvokeAnswer>): Promise<InvokeAnswer> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<InvokeAnswer>((resolve) => {
    const body = JSON.stringify({ message: 'The invocation took longer than 60 s' })
    timer = setTimeout(() => resolve({ status: 504, body }), INVOCATION_TIMEOUT_MS)
    timer.unref()
  })
  try {
    return await Promise.race([answer, late])
  } finally {
    clearTimeout(timer)
  }
}

function label(operation: string, body: JsonRecord | undefined): string {
  const detail = body?.['type']
  return typeof detail === 'string' ? `${operation} ${detail}` : operation
}
