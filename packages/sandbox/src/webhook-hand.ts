/** A request to the address that a provider was given. Names of headers are in lower case. */
export type RawWebhook = { method: string; url: string; headers: Readonly<Record<string, string>>; body: string }

/** How the webhooks of a provider look from outside, for whoever makes some up. Knows nothing of the integration. */
export type WebhookHand = {
  /** The fields that name a session, wherever they stand in a body. */
  names(session: { threadKey: string; conversationId: string }): Readonly<Record<string, string>>
  /** With what shows that it is the provider's own; undefined where nothing can show it for such a body. */
  prove(webhook: RawWebhook): RawWebhook | undefined
  /** Each makes one that must not be taken for the provider's own, whatever the webhook says. */
  forgeries: Readonly<Record<string, (webhook: RawWebhook) => RawWebhook>>
}

/** The same request with other headers beside its own. */
export const withHeaders = (webhook: RawWebhook, headers: Readonly<Record<string, string>>): RawWebhook => ({
  ...webhook,
  headers: { ...webhook.headers, ...headers },
})

/** What is sent in place of a signature by somebody who cannot make one. */
export const brokenSignatures = (signature: string): Readonly<Record<string, string>> => ({
  empty: '',
  blank: '   ',
  'cut in half': signature.slice(0, signature.length / 2),
  'with its beginning changed': `AAAAAAAA${signature.slice(8)}`,
  'in lower case': signature.toLowerCase(),
  hexadecimal: Buffer.from(signature, 'base64').toString('hex'),
  'not encoded': '\u{1F511} – “signature” \ud800',
  'very long': signature.repeat(500),
  'named like a prototype': '__proto__',
  'null as a word': 'null',
})
