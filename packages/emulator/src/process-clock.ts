import { isRecord } from './json'

/** What the process of a bundle is told over its channel, and what it answers once it is so. */
export type ClockShift = { clockShift: number; offsetMs: number }
export type ClockShifted = { clockShifted: number }

export function isClockShift(message: unknown): message is ClockShift {
  return isRecord(message) && typeof message['clockShift'] === 'number' && typeof message['offsetMs'] === 'number'
}

export function isClockShifted(message: unknown, id: number): message is ClockShifted {
  return isRecord(message) && message['clockShifted'] === id
}

/**
 * Replaces the global `Date` by one whose present can be moved. Timers go on in real time, and so does Node itself.
 * Returns the function that moves it.
 */
export function shiftableDate(offsetMs = 0): (offsetMs: number) => void {
  const Real = Date
  const realNow = Real.now
  let offset = offsetMs
  const now = () => realNow() + offset
  // A proxy rather than a subclass: `Date()` without `new`, `instanceof` and subclasses go on working.
  const shifted = new Proxy(Real, {
    apply: () => new Real(now()).toString(),
    construct: (target, args: unknown[], newTarget) =>
      instanceOf(Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget)),
  })
  Object.defineProperty(Real, 'now', { value: now, configurable: true, writable: true })
  Object.defineProperty(Real.prototype, 'constructor', { value: shifted, configurable: true, writable: true })
  globalThis.Date = shifted
  return (next) => {
    offset = next
  }
}

function instanceOf(made: unknown): object {
  if (typeof made === 'object' && made !== null) return made
  throw new TypeError('Date made no object')
}
