/** The moment by which a journey step has to be finished. */
export class Deadline {
  private readonly endsAt: number

  /** @param ms time the step may take, from now */
  constructor(ms: number) {
    this.endsAt = Date.now() + ms
  }

  remainingMs(): number {
    return Math.max(0, this.endsAt - Date.now())
  }
}

export const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))
