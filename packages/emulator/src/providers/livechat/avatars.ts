import type { Agent, Bot } from './entities'
import type { World } from './world'

/** Documented as the host of avatars; the paths below it are ours. */
export const avatarHost = 'cdn.livechatinc.com'

export const ownerOfAvatar = ({ state }: World, pathname: string): Agent | Bot | undefined => {
  const address = `https://${avatarHost}${pathname}`
  return [...state.organizations.values()]
    .flatMap(({ agents, bots }) => [...agents.values(), ...bots.values()])
    .find(({ avatar }) => avatar === address)
}
