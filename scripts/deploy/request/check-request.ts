import type { CreateBody } from '../create-body'
import { checkFiles } from './file-rules'
import { checkInterfaces } from './interface-rules'
import { checkLimits } from './limit-rules'
import { checkSecrets } from './secret-rules'

/**
 * Whether Botpress will take the request that `bp deploy` is about to send.
 * @param forbidden values that must not go along
 * @returns one line per broken rule, starting with the part it is about
 */
export function checkRequest(body: CreateBody, forbidden: readonly string[]): string[] {
  return [
    ...checkIdentity(body),
    ...checkInterfaces(body),
    ...checkFiles(body),
    ...checkLimits(body),
    ...checkSecrets(body, forbidden),
  ]
}

const LONGEST_NAME = 200

function checkIdentity({ name, version }: CreateBody): string[] {
  const isName = /^[a-z][a-z0-9-]*$/.test(name) && name.length <= LONGEST_NAME
  const isVersion = /^\d+\.\d+\.\d+$/.test(version)
  return [
    ...(isName ? [] : [`name: "${name}" has to consist of small letters, digits and hyphens`]),
    ...(isVersion ? [] : [`version: "${version}" is not of the form 1.2.3`]),
  ]
}
