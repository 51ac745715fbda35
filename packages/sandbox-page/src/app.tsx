import { Loader } from '@mantine/core'
import { type MouseEvent, useCallback, useMemo, useState } from 'react'
import { postAction, reasonOf } from './api'
import classes from './app.module.css'
import { Desk } from './desk/desk'
import { EndUser } from './end-user/end-user'
import { FaultsDrawer } from './faults/faults-drawer'
import { Journal } from './journal/journal'
import type { Action, ProviderSummary, View } from './protocol'
import { SettingsDrawer } from './settings/settings-drawer'
import { Notices } from './shared/notices'
import { SectionLinks } from './shared/section-links'
import type { JournalState } from './state/journal-state'
import { type Sandbox, SandboxContext } from './state/sandbox-context'
import { useAddress } from './state/use-address'
import { useNotices } from './state/use-notices'
import { useProviders } from './state/use-providers'
import { TopBar } from './top-bar/top-bar'
import { useStream } from './use-stream'

export function App() {
  const providers = useProviders()
  const [address, go] = useAddress()
  const notices = useNotices()
  const summary = providers?.find(({ name }) => name === address.provider) ?? providers?.[0]
  const stream = useStream(summary?.state === 'ready' ? summary.name : undefined)
  const [opened, setOpened] = useState<'settings' | 'faults'>()
  const sandbox = useActions(summary?.name ?? '', notices.report)
  return (
    <SandboxContext value={sandbox}>
      <div className={classes['page']}>
        <SkipLink />
        <TopBar
          providers={providers ?? []}
          chosen={summary}
          view={stream.view}
          onProvider={(provider) => go({ provider })}
          onOpen={setOpened}
        />
        {stream.connection === 'lost' && (
          <div className={classes['lost']} role="status">
            Connection to the sandbox lost, trying again
          </div>
        )}
        <main id="main" tabIndex={-1} className={classes['main']}>
          {stream.view ? (
            <Panels key={stream.view.provider.name} view={stream.view} journal={stream.journal} />
          ) : (
            <Waiting summary={summary} reachable={providers !== undefined} />
          )}
        </main>
      </div>
      {stream.view && (
        <>
          <SettingsDrawer view={stream.view} opened={opened === 'settings'} onClose={() => setOpened(undefined)} />
          <FaultsDrawer view={stream.view} opened={opened === 'faults'} onClose={() => setOpened(undefined)} />
        </>
      )}
      <Notices list={notices.list} dismiss={notices.dismiss} />
    </SandboxContext>
  )
}

function useActions(provider: string, report: (problem: string) => void): Sandbox {
  const act = useCallback(
    async (action: Action) => {
      try {
        return await postAction(provider, action)
      } catch (error) {
        report(reasonOf(error))
        return undefined
      }
    },
    [provider, report]
  )
  return useMemo(() => ({ provider, act, report }), [provider, act, report])
}

function Panels({ view, journal }: { view: View; journal: JournalState }) {
  const [address, go] = useAddress()
  const user = view.users.find(({ id }) => id === address.user) ?? view.users[0]
  return (
    <>
      <SectionLinks />
      <div className={classes['panels']}>
        <EndUser view={view} user={user} onUser={(id) => go({ user: id })} />
        <Desk view={view} chosen={address.chat} onChat={(chat) => go({ chat })} />
        <Journal journal={journal} users={view.users} user={user} vendor={view.provider.title} />
      </div>
    </>
  )
}

function Waiting({ summary, reachable }: { summary: ProviderSummary | undefined; reachable: boolean }) {
  if (summary?.state === 'failed') {
    return (
      <div className={classes['waiting']} role="alert">
        <strong>{summary.title} could not be started</strong>
        <p>{summary.error ?? 'No reason was given. Start again with --verbose to see what happens.'}</p>
      </div>
    )
  }
  const starting = summary ? `${summary.title} is starting` : 'No provider is there'
  return (
    <div className={classes['waiting']} role="status">
      <Loader size="sm" />
      <p>{reachable ? starting : 'Waiting for the sandbox'}</p>
    </div>
  )
}

/** The address of the page belongs to the choice of provider, so the link moves the focus by itself. */
function SkipLink() {
  const skip = (event: MouseEvent): void => {
    event.preventDefault()
    document.getElementById('main')?.focus()
  }
  return (
    <a href="#main" className={classes['skip']} onClick={skip}>
      Skip to the conversation
    </a>
  )
}
