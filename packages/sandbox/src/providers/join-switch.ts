/** Turns a provider's own routing on, and back to what it was before. */
export function joinSwitch<T>(read: () => T, write: (value: T) => void, atOnce: T): (isOn: boolean) => void {
  let before: { value: T } | undefined
  return (isOn) => {
    if (isOn) {
      before ??= { value: read() }
      write(atOnce)
    } else if (before) {
      write(before.value)
      before = undefined
    }
  }
}
