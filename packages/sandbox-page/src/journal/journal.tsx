import { Tabs } from '@mantine/core'
import { memo } from 'react'
import type { User } from '../protocol'
import { Panel } from '../shared/panel'
import { panelNames } from '../shared/panel-names'
import type { JournalState } from '../state/journal-state'
import { useRemembered } from '../state/use-remembered'
import { CallsTab } from './calls-tab'
import { ConversationTab } from './conversation-tab'
import type { JournalFilter } from './journal-entries'
import classes from './journal.module.css'
import { LogTab } from './log-tab'

type Props = {
  journal: JournalState
  users: readonly User[]
  /** Who is chosen at the left. */
  user: User | undefined
  /** Product name of the provider. */
  vendor: string
  filter: JournalFilter
  onFilter(filter: JournalFilter): void
}

const tabs = ['Calls', 'Conversation', 'Log'] as const
type Tab = (typeof tabs)[number]

const tabOf = (value: unknown): Tab => tabs.find((tab) => tab === value) ?? 'Calls'

/** What happened behind the two chats. */
export const Journal = memo(function Journal({ journal, users, user, vendor, filter, onFilter }: Props) {
  const [tab, setTab] = useRemembered('tab', tabOf)
  return (
    <Tabs className={classes['tabs'] ?? ''} value={tab} onChange={(value) => setTab(tabOf(value))} keepMounted={false}>
      <Panel
        name={panelNames.journal}
        tools={
          <Tabs.List className={classes['tabList'] ?? ''}>
            {tabs.map((name) => (
              <Tabs.Tab key={name} value={name}>
                {name}
              </Tabs.Tab>
            ))}
          </Tabs.List>
        }
      >
        <Tabs.Panel value="Calls" className={classes['tab'] ?? ''}>
          <CallsTab journal={journal} users={users} vendor={vendor} filter={filter} onFilter={onFilter} />
        </Tabs.Panel>
        <Tabs.Panel value="Conversation" className={classes['tab'] ?? ''}>
          <ConversationTab user={user} />
        </Tabs.Panel>
        <Tabs.Panel value="Log" className={classes['tab'] ?? ''}>
          <LogTab />
        </Tabs.Panel>
      </Panel>
    </Tabs>
  )
})
