/** Ids of one recorded session. Each stands for as many as there are numbers of five digits. */
export type Names = {
  /** Whatever is the session's own: conversation, user and thread, as Botpress and the provider call them. */
  session: readonly string[]
  agent: readonly string[]
  message: readonly string[]
}

export type Which = { session: number; agent: number; message: number }

const DIGITS = 5
/** One more than the largest number. */
export const MOST_VARIANTS = 10 ** DIGITS

/** Turns what was recorded once into what any other session, agent or message would look like, and back. */
export class Variants {
  readonly #kinds: ReadonlyMap<string, keyof Which>
  readonly #names: readonly string[]
  readonly #written: RegExp
  readonly #varied: RegExp

  constructor({ session, agent, message }: Names) {
    const kinds = new Map<string, keyof Which>([
      ...session.map((name) => [name, 'session'] as const),
      ...agent.map((name) => [name, 'agent'] as const),
      ...message.map((name) => [name, 'message'] as const),
    ])
    this.#kinds = kinds
    // One id may be the beginning of another.
    this.#names = [...kinds.keys()].toSorted((a, b) => b.length - a.length)
    const short = this.#names.find((name) => name.length <= DIGITS)
    if (short !== undefined) throw new Error(`The id ${short} is too short to be varied`)
    this.#written = new RegExp(this.#names.map(escape).join('|'), 'g')
    this.#varied = new RegExp(this.#names.map((name) => `(${escape(stem(name))}\\d{${DIGITS}})`).join('|'), 'g')
  }

  vary(text: string, which: Which): string {
    return text.replace(this.#written, (name) => stem(name) + digits(which[this.#kinds.get(name) ?? 'session']))
  }

  /** As it was recorded. */
  original(text: string): string {
    return text.replace(this.#varied, (...found: readonly unknown[]) => this.#nameAt(found))
  }

  /** The numbers of what a text is about, the first of each kind. */
  find(text: string): Partial<Which> {
    const which: Partial<Which> = {}
    for (const match of text.matchAll(this.#varied)) {
      const kind = this.#kinds.get(this.#nameAt(match))
      if (kind) which[kind] ??= Number(match[0].slice(-DIGITS))
    }
    return which
  }

  /** Which of the alternatives has matched. */
  #nameAt(groups: readonly unknown[]): string {
    return this.#names.find((_name, index) => groups[index + 1] !== undefined) ?? ''
  }
}

const stem = (name: string) => name.slice(0, -DIGITS)
const digits = (n: number) => String(n).padStart(DIGITS, '0')
const escape = (text: string) => text.replace(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`)
