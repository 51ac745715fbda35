import { Button, type ButtonProps } from '@mantine/core'
import { type ReactNode, type Ref, useState } from 'react'
import { whenImpossible } from './impossible'

type Props = Omit<ButtonProps, 'disabled'> & {
  ref?: Ref<HTMLButtonElement>
  children: ReactNode
  /** What a click does; further clicks wait for its end. */
  run: () => Promise<unknown>
  /** Not at the moment. It can still be focused, so that the focus is not lost when this changes. */
  impossible?: boolean
  'aria-label'?: string
  title?: string
}

/** A button that is not pressed twice by accident and keeps the focus meanwhile. */
export function ActionButton({ run, children, impossible = false, ...props }: Props) {
  const [busy, setBusy] = useState(false)
  const click = async (): Promise<void> => {
    if (busy || impossible) return
    setBusy(true)
    await run().finally(() => setBusy(false))
  }
  return (
    <Button type="button" aria-busy={busy} {...whenImpossible(impossible)} onClick={() => void click()} {...props}>
      {children}
    </Button>
  )
}
