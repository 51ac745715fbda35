import { redact } from '../../packages/hitl-core/src/redact'

/** Whatever is printed goes through here, so that no secret can be. */
export type Screen = { line(text: string): void; hide(...values: readonly unknown[]): void }

export function createScreen(print: (line: string) => void): Screen {
  const secrets = new Set<string>()
  return {
    line: (text) => print(redact(text, [...secrets])),
    hide(...values) {
      for (const value of values) if (typeof value === 'string') secrets.add(value).add(value.trim())
    },
  }
}
