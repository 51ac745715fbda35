const LONGEST_ADDRESS = 254

/**
 * The trimmed address when it can belong to a person, else undefined. The Botpress HITL plugin makes up
 * `<user id>@no-reply.<bot id>.botpress.com` for users without one; providers must never see or mail those.
 */
export function realEmail(email: string | undefined): string | undefined {
  const address = email?.trim() ?? ''
  if (address.length > LONGEST_ADDRESS || !/^[^\s@<>(),;:"]+@[^\s@<>(),;:"]+$/.test(address)) return undefined
  const domain = address.slice(address.indexOf('@') + 1).toLowerCase()
  if (!domain.includes('.') || domain.split('.').includes('')) return undefined
  return domain.startsWith('no-reply.') && domain.endsWith('.botpress.com') ? undefined : address
}
