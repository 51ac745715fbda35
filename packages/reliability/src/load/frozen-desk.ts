import type { Desk, DeskThread } from '@hitl/sandbox/desk'

/** A desk whose threads can be read once for everybody: what each of hundreds of people has to look through. */
export type FreezableDesk = { desk: Desk; freeze(): void }

export function freezable(desk: Desk): FreezableDesk {
  let frozen: readonly DeskThread[] | undefined
  return {
    desk: { ...desk, threads: () => frozen ?? desk.threads() },
    freeze: () => {
      frozen = desk.threads()
    },
  }
}
