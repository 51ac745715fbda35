import { randomUUID } from 'node:crypto'
import type { Contact } from './adapter'
import { userTag } from './botpress/names'
import type { BotpressUser, UserTags } from './botpress/port'
import { endByBot } from './end-session'
import { hash } from './hash'
import type { Invocation } from './invocation'
import { realEmail } from './made-up-email'
import { serial } from './serial'
import { loadSession } from './sessions'

export type CreateUserInput = { name: string; pictureUrl?: string | undefined; email?: string | undefined }

type AnyInvocation<Thread> = Invocation<unknown, Thread, unknown>

const MAX_NAME_LENGTH = 200

/** Time that closing gets in any case, in ms: what was sent before it may have used up the step's own. */
const CLOSE_MS = 12_000

/**
 * Makes or finds the downstream user. The same address finds the same user, also when called twice at once; without
 * an address every call makes a new one, since a name alone could mix two people up.
 */
export async function createUser<Thread>(
  invocation: AnyInvocation<Thread>,
  input: CreateUserInput
): Promise<{ userId: string }> {
  const { client, adapter } = invocation
  const email = (adapter.readAddress ?? realEmail)(input.email)
  const contactKey = hash((email ?? input.email)?.trim().toLowerCase() || randomUUID())
  const tags: UserTags = { [userTag.contactKey]: contactKey, ...(email ? { [userTag.email]: email } : {}) }
  const profile = {
    name: input.name.slice(0, MAX_NAME_LENGTH),
    ...(input.pictureUrl ? { pictureUrl: input.pictureUrl } : {}),
  }
  const { user } = await client.getOrCreateUser({ tags, ...profile, discriminateByTags: [userTag.contactKey] })
  const contactId = await saveContact(invocation, user, profile, email)
  const isSame = user.name === profile.name && (!profile.pictureUrl || user.pictureUrl === profile.pictureUrl)
  if (contactId !== undefined || !isSame || user.tags[userTag.email] !== email) {
    await client.updateUser({
      id: user.id,
      ...profile,
      tags: { ...tags, ...(contactId === undefined ? {} : { [userTag.contactId]: contactId }) },
    })
  }
  return { userId: user.id }
}

/** The provider's id of the contact when it is not noted yet and the adapter makes contacts ahead of threads. */
async function saveContact<Thread>(
  invocation: AnyInvocation<Thread>,
  user: BotpressUser,
  profile: { name: string; pictureUrl?: string },
  email: string | undefined
): Promise<string | undefined> {
  const api = invocation.connect()
  if (!api.saveContact || user.tags[userTag.contactId]) return undefined
  const { id } = await api.saveContact({ userId: user.id, ...profile, ...(email ? { email } : {}) })
  return id
}

/** What `createUser` noted about the contact. */
export function readContact(user: BotpressUser): Contact {
  const id = user.tags[userTag.contactId]
  const email = user.tags[userTag.email]
  return {
    userId: user.id,
    ...(id ? { id } : {}),
    ...(user.name ? { name: user.name } : {}),
    ...(email ? { email } : {}),
    ...(user.pictureUrl ? { pictureUrl: user.pictureUrl } : {}),
  }
}

/** Ends the session at the provider. Succeeds on a session that is over already, however it ended. */
export async function stopHitl<Thread>(
  invocation: AnyInvocation<Thread>,
  { conversationId }: { conversationId: string }
): Promise<Record<never, never>> {
  const session = await loadSession<Thread>(invocation, conversationId)
  // Behind what is still being sent: the agent gets the user's last words before the thread closes.
  await serial(conversationId, () =>
    endByBot(invocation, conversationId, () => {
      const isLate = invocation.deadline.remainingMs() < CLOSE_MS
      const api = isLate ? invocation.connectAfter(CLOSE_MS) : invocation.connect()
      return api.closeThread(session.thread)
    })
  )
  invocation.log.info(`${invocation.adapter.name}: session ended by the bot (conversation ${conversationId}).`)
  return {}
}
