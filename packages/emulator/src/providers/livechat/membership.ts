import type { AuthorKind, ChatUser, Visibility } from './entities'
import { requireActive } from './state'
import { activeThreadId, userIn } from './threads'
import { userView } from './views'
import { responders, type Scene, type Source } from './world'

/** `manual` carries who did it; the values are those documented for `chat_transferred`, assumed here too [I]. */
export type Cause = { reason: 'manual' | 'assigned' | 'unassigned' | 'inactive' | 'other'; requesterId?: string }

export const causeFields = (cause: Cause): { reason: string; requester_id?: string } => ({
  reason: cause.reason,
  ...(cause.requesterId === undefined ? {} : { requester_id: cause.requesterId }),
})

export type Newcomer = { id: string; kind: AuthorKind; visibility?: Visibility }

/** Makes someone a present user of the active chat, silently. */
export const addUser = ({ chat, world }: Scene, { id, kind, visibility = 'all' }: Newcomer): ChatUser => {
  const thread = requireActive(chat)
  let user = userIn(chat, id)
  if (!user) {
    user = { id, kind, present: true, visibility, eventsSeenUpTo: world.timestamp() }
    chat.users.push(user)
  }
  user.present = true
  user.visibility = visibility
  if (!thread.userIds.includes(id)) thread.userIds.push(id)
  if (responders(chat).length > 0) {
    delete thread.queue
    delete thread.properties['routing']?.['unassigned']
  }
  return user
}

export const announceUser = (scene: Scene, user: ChatUser, cause: Cause, source: Source): void => {
  const { world, organization, chat } = scene
  world.webhooks.emit({
    organization,
    chat,
    action: 'user_added_to_chat',
    payload: {
      chat_id: chat.id,
      ...activeThreadId(chat),
      user: userView(organization, user, 'agent'),
      ...causeFields(cause),
    },
    source,
  })
}

export const joinChat = (scene: Scene, newcomer: Newcomer, cause: Cause, source: Source): void =>
  announceUser(scene, addUser(scene, newcomer), cause, source)

/** The field `user_type` is in the reference's field table but not in its sample, so it is sent [?]. */
export const leaveChat = (scene: Scene, user: ChatUser, cause: Cause, source: Source): void => {
  const { world, organization, chat } = scene
  user.present = false
  world.webhooks.emit({
    organization,
    chat,
    action: 'user_removed_from_chat',
    payload: {
      chat_id: chat.id,
      ...activeThreadId(chat),
      user_id: user.id,
      user_type: 'agent',
      ...causeFields(cause),
    },
    source,
  })
}
