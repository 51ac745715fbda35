import { prove } from '@hitl/core'
import { checksOf, type ProofTools } from './prove-settings'
import { ensureWebhook, type RegistrationTools } from './webhook-registration'

export type InstallTools = ProofTools & RegistrationTools

/** Proves every setting, then sees to the webhook. Returns what is left to do by hand. */
export async function install(tools: InstallTools): Promise<readonly string[]> {
  const { notice } = await prove(checksOf(tools))
  return [...(notice ? [notice] : []), ...(await ensureWebhook(tools))]
}
