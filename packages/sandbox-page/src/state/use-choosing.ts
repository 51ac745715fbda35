import { useEffect } from 'react'
import { useJournalFilter } from '../journal/use-journal-filter'
import type { DeskChat, User, View } from '../protocol'
import { useStable } from '../shared/use-stable'
import { choose, type Choice } from './use-address'

/** Who and what is chosen. Whoever is chosen in one part of the page is shown in the others, too. */
export function useChoosing({ provider: { name }, users, chats }: View, chosen: Choice) {
  const [filter, setFilter] = useJournalFilter()
  const user = users.find(({ id }) => id === chosen.user) ?? ownerOf(chats.at(-1), users) ?? users[0]
  const moveFilter = (id: string): void => {
    if (filter.user && filter.user !== id) setFilter({ ...filter, user: id })
  }
  const chooseUser = useStable((id: string): void => {
    const latest = chats.findLast((chat) => belongsTo(chat, id))
    choose(name, { user: id, ...(latest ? { chat: latest.key } : {}) })
    moveFilter(id)
  })
  const chooseChat = useStable((key: string): void => {
    const chat = chats.find((one) => one.key === key)
    const isOfUser = chat !== undefined && user !== undefined && belongsTo(chat, user.id)
    const owner = isOfUser ? user.id : ownerOf(chat, users)?.id
    choose(name, { chat: key, ...(owner === undefined ? {} : { user: owner }) })
    if (owner !== undefined) moveFilter(owner)
  })
  const pinChat = useStable((chat: string) => choose(name, { chat }))
  usePinnedUser(name, chosen.user === undefined ? user?.id : undefined)
  return { user, filter, setFilter, chooseUser, chooseChat, pinChat, toPin: chatToPin(chats, user?.id) }
}

/** Kept in the address, so that nobody else takes the place when something happens. */
function usePinnedUser(provider: string, user: string | undefined): void {
  useEffect(() => {
    if (user !== undefined) choose(provider, { user })
  }, [provider, user])
}

const ownerOf = (chat: DeskChat | undefined, users: readonly User[]): User | undefined =>
  users.findLast(({ id }) => chat !== undefined && belongsTo(chat, id))

const belongsTo = ({ users }: DeskChat, id: string): boolean => users?.includes(id) ?? false

/** What the desk shows when nothing was chosen there: the chosen user's chat, or whoever needs an agent. */
function chatToPin(chats: readonly DeskChat[], user: string | undefined): string | undefined {
  const own = user === undefined ? undefined : chats.findLast((chat) => belongsTo(chat, user))
  return (own ?? chats.findLast(({ state }) => state !== 'closed') ?? chats.at(-1))?.key
}
