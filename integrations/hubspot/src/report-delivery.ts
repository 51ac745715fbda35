import type { AgentMessage } from '@hitl/core'
import { CHANNELS } from './publish'
import { current, type SetUpTools } from './set-up'

/** HubSpot waits 5 s for the answer to the webhook, of which some are gone. In ms. */
const REPORT_MS = 2_000

/** Shows the agent what became of a message. Source: the Custom Channels API, update of a message. */
export async function reportDelivery(
  tools: SetUpTools,
  { messageId }: AgentMessage,
  failure: string | undefined
): Promise<void> {
  const { channelId } = await current(tools, false)
  if (!channelId) return
  const path = `${CHANNELS}/${channelId}/messages/${encodeURIComponent(messageId)}`
  const json = failure === undefined ? { statusType: 'SENT' } : { statusType: 'FAILED', errorMessage: failure }
  await tools.client.tell({ method: 'PATCH', path, json, repeatable: true, timeoutMs: REPORT_MS })
}
