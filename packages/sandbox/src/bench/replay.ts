import { type Invoke, loadInstance } from '@hitl/emulator'
import { answerInstantly, type InstantAnswer, type InstantRequest } from './instant-network'
import type { Recording, Request } from './recording'
import { type Population, SmallBotpress } from './small-botpress'
import { Variants, type Which } from './variants'

export type Calls = { vendor: number; botpress: number }

/** The calls made meanwhile. */
export async function callsOf({ calls }: Replay, run: () => Promise<unknown>): Promise<Calls> {
  const { vendor, botpress } = calls
  await run()
  return { vendor: calls.vendor - vendor, botpress: calls.botpress - botpress }
}

/** A recorded session that can be played again as any other, against a network that answers at once. */
export class Replay {
  /** Calls so far: to the provider, and to Botpress. */
  readonly calls: Calls = { vendor: 0, botpress: 0 }
  readonly #recording: Recording
  readonly #variants: Variants
  readonly #botpress: SmallBotpress
  readonly #undo: () => void

  constructor(recording: Recording, population: Population) {
    this.#recording = recording
    this.#variants = new Variants(recording.names)
    this.#botpress = new SmallBotpress(recording.snapshot, this.#variants, population)
    this.#undo = answerInstantly((call, request) => this.#answer(call, request))
  }

  /** Who there is from now on. */
  set population(population: Population) {
    this.#botpress.population = population
  }

  load(bundle: string): Invoke {
    return loadInstance(bundle, { env: this.#recording.env })
  }

  close(): void {
    this.#undo()
  }

  /** A recorded request for another session, agent or message; a webhook is signed anew. */
  request(name: keyof Recording['requests'], which: Which): Request {
    const { requests, desk, webhookUrl } = this.#recording
    const { headers, body } = requests[name]
    const varied = this.#variants.vary(body, which)
    const { req, ...rest }: { req?: { headers: Record<string, string>; body: string } } = JSON.parse(varied)
    if (!req) return { headers, body: varied }
    const proven = desk.webhooks.prove({ method: 'POST', url: webhookUrl, headers: req.headers, body: req.body })
    if (!proven) throw new Error('The webhook could not be signed anew')
    const signed = { ...req, headers: proven.headers, body: proven.body }
    return { headers, body: JSON.stringify({ ...rest, req: signed }) }
  }

  /** The same, spoilt so that it is not authentic. */
  spoilt(request: Request): Request {
    const body = this.#recording.desk.spoil(request.body)
    if (body === request.body) throw new Error('The webhook could not be spoilt')
    return { ...request, body }
  }

  #answer(call: string, request: InstantRequest): InstantAnswer {
    if (request.host === this.#recording.botpressHost) {
      this.calls.botpress += 1
      return this.#botpress.answer(request)
    }
    this.calls.vendor += 1
    const found = this.#recording.answers.get(this.#variants.original(call))
    if (!found) throw new Error(`The benchmark has no answer to ${call}`)
    const { session = 0, agent = this.#botpress.population.agentOf(session) } = this.#variants.find(
      `${call} ${request.body}`
    )
    if (found.body === undefined) return found
    return {
      ...found,
      body: JSON.parse(this.#variants.vary(JSON.stringify(found.body), { session, agent, message: 0 })),
    }
  }
}
