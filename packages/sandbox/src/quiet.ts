const METHODS = ['debug', 'error', 'info', 'log', 'warn'] as const

/** Keeps the log lines of bundles in this process off the screen. Returns the function that undoes it. */
export function quiet(): () => void {
  const before = METHODS.map((name) => [name, console[name]] as const)
  for (const [name] of before) console[name] = () => undefined
  return () => {
    for (const [name, method] of before) console[name] = method
  }
}
