import { Tabs } from '@mantine/core'
import { memo, useState } from 'react'
import type { User } from '../protocol'
import { Panel } from '../shared/panel'
import type { JournalState } from '../state/journal-state'
import { CallsTab } from './calls-tab'
import { ConversationTab } from './conversation-tab'
import classes from './journal.module.css'
import { LogTab } from './log-tab'

type Props = {
  journal: JournalState
  users: readonly User[]
  /** Who is chosen at the left. */
  user: User | undefined
  /** Product name of the provider. */
  vendor: string
}

const tabs = ['Calls', 'Conversation', 'Log'] as const

/** What happened behind the two chats. */
export const Journal = memo(function Journal({ journal, users, user, vendor }: Props) {
  const [tab, setTab] = useState<string | null>('Calls')
  return (
    <Tabs className={classes['tabs'] ?? ''} value={tab} onChange={setTab} keepMounted={false}>
      <Panel
        name="Journal"
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
          <CallsTab journal={journal} users={users} vendor={vendor} />
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
