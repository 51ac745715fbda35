import { Socket } from 'node:net'

export type QuickTime = {
  /** From now on time passes so many times as fast; 1 is real time, and how it begins. */
  speed(times: number): void
  /** Moves the present forward, in ms of quick time. */
  shift(ms: number): void
  restore(): void
}

/**
 * Lets time pass faster in this process: `Date`, timers, time-outs of sockets and of `AbortSignal`, all alike, so that
 * whoever waits for one and looks at the other notices nothing. The work itself takes as long as before and so seems
 * slower: a speed at which a call still takes far less than the shortest deadline is a sound one.
 */
export function quickTime(): QuickTime {
  const RealDate = Date
  const { setTimeout: realTimeout, setInterval: realInterval } = globalThis
  const realSignal = AbortSignal.timeout
  const realSocket = Reflect.get(Socket.prototype, 'setTimeout')
  const realNow = RealDate.now
  let speed = 1
  /** A moment in real time, and what it is called here. */
  let [since, called] = [realNow(), realNow()]
  const now = () => Math.round(called + (realNow() - since) * speed)
  const shorter = (ms: number | undefined) => (ms === undefined ? ms : ms / speed)

  const QuickDate = new Proxy(RealDate, {
    apply: () => new RealDate(now()).toString(),
    construct: (target, args: unknown[], newTarget) =>
      Object(Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget)),
  })
  RealDate.now = now
  RealDate.prototype.constructor = QuickDate
  globalThis.Date = QuickDate
  replace(globalThis, 'setTimeout', fasterTimer(realTimeout, shorter))
  replace(globalThis, 'setInterval', fasterTimer(realInterval, shorter))
  AbortSignal.timeout = (ms) => realSignal.call(AbortSignal, Math.ceil(ms / speed))
  Socket.prototype.setTimeout = function setTimeout(ms: number, done?: () => void) {
    return realSocket.call(this, Math.ceil(ms / speed), done)
  }

  return {
    speed: (times) => {
      ;[called, since] = [now(), realNow()]
      speed = times
    },
    shift: (ms) => {
      called += ms
    },
    restore: () => {
      RealDate.now = realNow
      RealDate.prototype.constructor = RealDate
      globalThis.Date = RealDate
      Object.assign(globalThis, { setTimeout: realTimeout, setInterval: realInterval })
      AbortSignal.timeout = realSignal
      Socket.prototype.setTimeout = realSocket
    },
  }
}

type Timer = typeof setTimeout | typeof setInterval

/** Whatever hangs at the function, such as its promise version, stays with it. */
function fasterTimer<T extends Timer>(real: T, shorter: (ms: number | undefined) => number | undefined): T {
  return new Proxy(real, {
    apply: (target, self, [run, ms, ...args]: [() => void, number | undefined, ...unknown[]]) =>
      Reflect.apply(target, self, [run, shorter(ms), ...args]),
  })
}

function replace<K extends 'setTimeout' | 'setInterval'>(owner: typeof globalThis, name: K, value: unknown): void {
  Object.assign(owner, { [name]: value })
}
