/** Lets everybody through, or makes everybody wait. */
export class Gate {
  #waiting: (() => void)[] = []
  #isOpen = true

  close(): void {
    this.#isOpen = false
  }

  open(): void {
    this.#isOpen = true
    const waiting = this.#waiting
    this.#waiting = []
    for (const go of waiting) go()
  }

  /** Resolves as soon as the gate is open. */
  async passed(): Promise<void> {
    while (!this.#isOpen) await new Promise<void>((resolve) => this.#waiting.push(resolve))
  }
}
