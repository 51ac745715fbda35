import { Button, type ButtonProps } from '@mantine/core'
import { type ReactNode, useState } from 'react'

type Props = ButtonProps & {
  children: ReactNode
  /** What a click does; further clicks wait for its end. */
  run: () => Promise<unknown>
  'aria-label'?: string
  title?: string
}

/** A button that is not pressed twice by accident and keeps the focus meanwhile. */
export function ActionButton({ run, children, ...props }: Props) {
  const [busy, setBusy] = useState(false)
  const click = async (): Promise<void> => {
    if (busy) return
    setBusy(true)
    await run().finally(() => setBusy(false))
  }
  return (
    <Button type="button" aria-busy={busy} onClick={() => void click()} {...props}>
      {children}
    </Button>
  )
}
