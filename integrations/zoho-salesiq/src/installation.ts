import { proveSettings, type ProofTools } from './prove-settings'
import { ensureWebhook, type RegistrationTools } from './webhook-registration'

export type InstallTools = ProofTools & RegistrationTools

/** Proves every setting, then sees to the webhook. Returns what is left to do by hand. */
export async function install(tools: InstallTools): Promise<readonly string[]> {
  const notices = await proveSettings(tools)
  return [...notices, ...(await ensureWebhook(tools))]
}
