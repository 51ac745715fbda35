import type { Agent } from '@hitl/core'
import type { HubSpotClient } from './client'
import { CONVERSATIONS } from './close-thread'
import { actor, asText } from './schemas'

/** Prefix of actors who are users of HubSpot. Source: the guide of the Conversations API, table of actors. */
const AGENT = 'A-'

/** The actor of an assignment, which comes as `A-123` or `123`; undefined for all who are no human agents. */
export function toAgentId(given: string): string | undefined {
  if (/^\d+$/.test(given)) return `${AGENT}${given}`
  return given.startsWith(AGENT) ? given : undefined
}

export async function getAgent(client: HubSpotClient, id: string): Promise<Agent> {
  const path = `${CONVERSATIONS}/actors/${encodeURIComponent(id)}`
  const { name: givenName, avatar } = await client.ask({ method: 'GET', path, repeatable: true }, actor)
  const name = asText(givenName)
  const pictureUrl = asText(avatar)
  return { id, ...(name ? { name } : {}), ...(pictureUrl?.startsWith('https://') ? { pictureUrl } : {}) }
}

/** Others who write are the AI agent, apps and HubSpot itself. */
export const isUser = (actorId: string) => actorId.startsWith(AGENT)
