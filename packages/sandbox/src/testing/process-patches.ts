const METHODS = ['log', 'info', 'warn', 'error', 'debug'] as const

/** Keeps what this process logs instead of showing it. */
export function captureConsole(): { text(): string; take(): string; restore(): void } {
  const originals = METHODS.map((method) => console[method])
  const lines: string[] = []
  for (const method of METHODS) {
    console[method] = (...values: unknown[]) => {
      lines.push(values.map(String).join(' '))
    }
  }
  return {
    text: () => lines.join('\n'),
    // The lines so far, which are forgotten.
    take: () => lines.splice(0).join('\n'),
    restore: () => {
      for (const [index, method] of METHODS.entries()) {
        const original = originals[index]
        if (original) console[method] = original
      }
    },
  }
}

/** Moves `Date.now` of this process forward; real time goes on passing, until it is stopped. */
export function shiftTime(): { shift(ms: number): void; stop(): void; restore(): void } {
  const original = Date.now
  let offset = 0
  let stoppedAt: number | undefined
  Date.now = () => (stoppedAt ?? original()) + offset
  return {
    stop: () => {
      stoppedAt = original()
    },
    shift: (ms) => {
      offset += ms
    },
    restore: () => {
      Date.now = original
    },
  }
}
