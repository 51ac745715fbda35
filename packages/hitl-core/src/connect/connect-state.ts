import { constantTimeEqual, sign } from '../signature/hmac'

/** How long the address that asks for access can be used, in ms. */
export const ADDRESS_LASTS_MS = 3_600_000
/** Clocks of instances differ, in ms. */
const CLOCKS_DIFFER_MS = 60_000

export type StateScope = {
  /** Keys the signature; never part of it. */
  secret: string
  webhookUrl: string
  /** What the access is asked for with: after a change the state is another one's. */
  boundTo: readonly unknown[]
}

/**
 * The `state` of an OAuth request (RFC 6749 section 10.12): the time of its making, signed. Nothing has to be kept for
 * it. `now` is epoch ms.
 */
export function makeState(scope: StateScope, now: number): string {
  const at = Math.floor(now / 1_000).toString(36)
  return `${at}.${signatureOf(scope, at)}`
}

/** What a state is worth: signed by `makeState` for the same scope within the last hour, older, or not ours. */
export function judgeState(scope: StateScope, state: string, now: number): 'ours' | 'old' | 'foreign' {
  const [at = '', signature = '', ...more] = state.split('.')
  if (more.length > 0 || !constantTimeEqual(signature, signatureOf(scope, at))) return 'foreign'
  const age = now - Number.parseInt(at, 36) * 1_000
  return age <= ADDRESS_LASTS_MS && age >= -CLOCKS_DIFFER_MS ? 'ours' : 'old'
}

const signatureOf = ({ secret, webhookUrl, boundTo }: StateScope, at: string) =>
  sign('sha256', secret, JSON.stringify(['connect', webhookUrl, boundTo, at]), 'base64url')
