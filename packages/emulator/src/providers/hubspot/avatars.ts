import type { User } from './entities'
import { apiHost } from './files'
import type { World } from './world'

/** The fact sheet names no address of avatars; host and path are ours [?]. */
export const avatarPath = '/avatars/emulated/:name'

export const ownerOfAvatar = ({ state }: World, pathname: string): User | undefined =>
  [...state.users.values()].find(({ avatar }) => avatar === `https://${apiHost}${pathname}`)
