import classes from './app.module.css'
import { Desk } from './desk/desk'
import { EndUser } from './end-user/end-user'
import { Journal } from './journal/journal'
import type { View } from './protocol'
import { SectionLinks } from './shared/section-links'
import type { JournalState } from './state/journal-state'
import type { Choice } from './state/use-address'
import { useChoosing } from './state/use-choosing'

type Props = { view: View; journal: JournalState; chosen: Choice }

/** The three parts side by side. */
export function Panels({ view, journal, chosen }: Props) {
  const { provider, users, chats, agents, words } = view
  const { user, filter, setFilter, chooseUser, chooseChat, pinChat, toPin } = useChoosing(view, chosen)
  return (
    <>
      <SectionLinks />
      <div className={classes['panels']}>
        <EndUser users={users} user={user} onUser={chooseUser} />
        <Desk
          agents={agents}
          chats={chats}
          words={words}
          chosen={chosen.chat}
          toPin={toPin}
          onChat={chooseChat}
          onPin={pinChat}
        />
        <Journal
          journal={journal}
          users={users}
          user={user}
          vendor={provider.title}
          filter={filter}
          onFilter={setFilter}
        />
      </div>
    </>
  )
}
