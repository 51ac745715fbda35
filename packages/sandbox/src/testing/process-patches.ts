const METHODS = ['log', 'info', 'warn', 'error', 'debug'] as const

/** Keeps what this process logs instead of showing it. */
export function captureConsole(): { text(): string; restore(): void } {
  const originals = METHODS.map((method) => console[method])
  const lines: string[] = []
  for (const method of METHODS) {
    console[method] = (...values: unknown[]) => {
      lines.push(values.map(String).join(' '))
    }
  }
  return {
    text: () => lines.join('\n'),
    restore: () => {
      for (const [index, method] of METHODS.entries()) {
        const original = originals[index]
        if (original) console[method] = original
      }
    },
  }
}

/** Moves `Date.now` of this process forward; real time goes on passing. */
export function shiftTime(): { shift(ms: number): void; restore(): void } {
  const original = Date.now
  let offset = 0
  Date.now = () => original() + offset
  return {
    shift: (ms) => {
      offset += ms
    },
    restore: () => {
      Date.now = original
    },
  }
}
