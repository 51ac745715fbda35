import type { Agent } from '@hitl/core'
import { asText } from './schemas'

/** Agents are e-mail addresses here; customers are UUIDs and LiveChat's own bots 32 hexadecimal digits. */
export const isAgentId = (id: unknown): id is string => typeof id === 'string' && id.includes('@')

export function toAgent(id: string, profile: { name?: unknown; avatar?: unknown }): Agent {
  const name = asText(profile.name)
  const avatar = asText(profile.avatar)
  return { id, ...(name ? { name } : {}), ...(avatar ? { pictureUrl: toPictureUrl(avatar) } : {}) }
}

/** LiveChat gives some avatar addresses without a scheme. */
const toPictureUrl = (avatar: string) =>
  /^https?:\/\//.test(avatar) ? avatar : `https://${avatar.replace(/^\/+/, '')}`
