import * as z from 'zod/mini'

/** What tells a genuine webhook from another. Without keys it was made by hand, and is not signed as far as we know. */
export type Trust = {
  webhookId?: string | undefined
  /** Public keys, Base64 of the SPKI form; at most two, while one replaces the other. */
  keys: readonly string[]
}

/** What `install` notes. */
export type Installation = Trust & {
  /** Brands the webhook reports. */
  appIds: readonly string[]
  /** Data center and screen name it was made in. */
  portal?: string | undefined
}

const texts = z.array(z.string())
const installation = z.object({
  webhookId: z.optional(z.string()),
  keys: texts,
  appIds: texts,
  portal: z.optional(z.string()),
})

export const NOTHING_KNOWN: Installation = { keys: [], appIds: [] }

export function readInstallation(note: unknown): Installation {
  const parsed = installation.safeParse(note)
  return parsed.success ? parsed.data : NOTHING_KNOWN
}
