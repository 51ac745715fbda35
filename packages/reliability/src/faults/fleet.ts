import { currentTrace, type Invoke, loadInstance, traced } from '@hitl/emulator'

type Instance = { name: string; invoke: Invoke; end: () => void }

/** Names of all instances of this process, those of earlier runs included: some still wait for answers. */
const names: string[] = []

/** Running instances of one bundle in this process, each with a memory of its own, that can be killed. */
export class Fleet {
  readonly #load: () => Invoke
  readonly #killed: (instance: string) => void
  #instances: Instance[] = []
  #turn = 0
  #isDoubled = false

  /** @param killed told of an instance that is gone: whatever it still does must have no effect any more */
  constructor(bundle: string, env: Readonly<Record<string, string>>, killed: (instance: string) => void) {
    this.#load = () => loadInstance(bundle, { env })
    this.#killed = killed
    // What an earlier run has left must not reach into this one.
    for (const name of names) killed(name)
    this.restart()
  }

  /** Fresh ones, with an empty memory. */
  restart(count = 1): void {
    this.#isDoubled = false
    this.#instances = Array.from({ length: count }, () => this.#start())
  }

  /** A fresh one beside those that run; from now on every invocation reaches two at once. */
  double(): void {
    this.#instances = [...this.#instances, this.#start()]
    this.#isDoubled = true
  }

  /** Every invocation reaches one again. */
  single(): void {
    this.#isDoubled = false
  }

  has(name: string | undefined): boolean {
    return this.#instances.some((instance) => instance.name === name)
  }

  /** The answers of all are lost, and fresh ones take over. */
  kill(): void {
    const killed = this.#instances
    this.restart(killed.length)
    for (const { name, end } of killed) {
      this.#killed(name)
      end()
    }
  }

  readonly invoke: Invoke = async (request) => {
    const [first, second] = [this.#next(), this.#isDoubled ? this.#next() : undefined]
    const [answer] = await Promise.all([first(request), second?.(request)])
    return answer
  }

  #next(): Invoke {
    const instance = this.#instances[this.#turn++ % this.#instances.length]
    if (!instance) throw new Error('No instance is running')
    return instance.invoke
  }

  #start(): Instance {
    const name = `instance ${names.length + 1}`
    names.push(name)
    const run = this.#load()
    let end = () => {}
    const gone = new Promise<never>((_resolve, reject) => {
      end = () => reject(new Error('the instance was killed'))
    })
    gone.catch(() => undefined)
    const invoke: Invoke = (request) =>
      traced({ step: 'none', ...currentTrace(), instance: name }, () => Promise.race([run(request), gone]))
    return { name, invoke, end: () => end() }
  }
}
