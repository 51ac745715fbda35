import { Button } from '@mantine/core'
import { Component, type ReactNode } from 'react'

type Props = { children: ReactNode }

/** Says so when a part of the page cannot be drawn, instead of leaving it blank. */
export class ErrorBoundary extends Component<Props, { failed: boolean }> {
  override state = { failed: false }

  static getDerivedStateFromError(): { failed: boolean } {
    return { failed: true }
  }

  override render(): ReactNode {
    if (!this.state.failed) return this.props.children
    return (
      <div role="alert" style={{ margin: 'auto', padding: '2rem', textAlign: 'center' }}>
        <p>This part of the page could not be shown. What the sandbox knows is not lost.</p>
        <Button onClick={() => window.location.reload()}>Reload</Button>
      </div>
    )
  }
}
