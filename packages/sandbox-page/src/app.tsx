import { useCallback, useEffect, useMemo, useState } from 'react'
import { postAction, reasonOf } from './api'
import classes from './app.module.css'
import { FaultsDrawer } from './faults/faults-drawer'
import { Panels } from './panels'
import type { Action, View } from './protocol'
import { SettingsDrawer } from './settings/settings-drawer'
import { ErrorBoundary } from './shared/error-boundary'
import { Notices } from './shared/notices'
import { SkipLink } from './shared/skip-link'
import { type Sandbox, SandboxContext } from './state/sandbox-context'
import { correctProvider, useAddress, visitProvider } from './state/use-address'
import { type Notices as NoticesState, useNotices } from './state/use-notices'
import { useProviders } from './state/use-providers'
import { useStream } from './state/use-stream'
import { type Drawer, TopBar } from './top-bar/top-bar'
import { Waiting } from './waiting'

export function App() {
  const { providers, askAgain } = useProviders()
  const address = useAddress()
  const notices = useNotices()
  const summary = providers?.find(({ name }) => name === address.provider) ?? providers?.[0]
  const stream = useStream(summary?.state === 'ready' ? summary.name : undefined)
  // For a moment after a switch this is still the provider before.
  const view = stream.view?.provider.name === summary?.name ? stream.view : undefined
  const [opened, setOpened] = useState<Drawer>()
  const sandbox = useSandboxOf(summary?.name ?? '', notices)
  useCorrectAddress(summary?.name, address.provider)
  useTitle(summary?.title)
  return (
    <SandboxContext value={sandbox}>
      <div className={classes['page']}>
        <SkipLink />
        <TopBar
          providers={providers ?? []}
          chosen={summary}
          view={view}
          onProvider={visitProvider}
          onOpen={setOpened}
        />
        {stream.connection === 'lost' && (
          <div className={classes['lost']} role="status">
            Connection to the sandbox lost, trying again
          </div>
        )}
        <Notices list={notices.list} dismiss={notices.dismiss} />
        <main id="main" tabIndex={-1} className={classes['main']}>
          <ErrorBoundary key={summary?.name}>
            {view ? (
              <Panels key={view.provider.name} view={view} journal={stream.journal} chosen={address} />
            ) : (
              <Waiting summary={summary} reachable={providers !== undefined} onAgain={askAgain} />
            )}
          </ErrorBoundary>
        </main>
      </div>
      {view && <Drawers key={`drawers of ${view.provider.name}`} view={view} opened={opened} onOpen={setOpened} />}
    </SandboxContext>
  )
}

type DrawersProps = { view: View; opened: Drawer | undefined; onOpen(drawer: Drawer | undefined): void }

function Drawers({ view, opened, onOpen }: DrawersProps) {
  const close = (): void => onOpen(undefined)
  return (
    <>
      <SettingsDrawer view={view} opened={opened === 'settings'} onClose={close} />
      <FaultsDrawer view={view} opened={opened === 'faults'} onClose={close} />
    </>
  )
}

function useSandboxOf(provider: string, { report, clear }: NoticesState): Sandbox {
  const act = useCallback(
    async (action: Action) => {
      try {
        const answer = await postAction(provider, action)
        clear()
        return answer
      } catch (error) {
        report(reasonOf(error))
        return undefined
      }
    },
    [provider, report, clear]
  )
  return useMemo(() => ({ provider, act, report }), [provider, act, report])
}

function useCorrectAddress(shown: string | undefined, named: string | undefined): void {
  useEffect(() => {
    if (shown !== undefined && shown !== named) correctProvider(shown)
  }, [shown, named])
}

function useTitle(provider: string | undefined): void {
  useEffect(() => {
    document.title = provider === undefined ? 'HITL sandbox' : `${provider} · HITL sandbox`
  }, [provider])
}
