import { noContent, query, type Answer, type Call } from './call'
import { uninstall } from './tokens'

/** Ends every token of the portal. */
export const deleteInstallation = async (call: Call): Promise<Answer> => {
  query(call).end()
  uninstall(call.world)
  return noContent
}
