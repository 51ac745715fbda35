/** What a fault on the page may do to a hand-over and to one message in each direction. */
export type FaultCase = {
  title: string
  /**
   * What becomes of the user's message with the fault on every call. In doubt is one that has arrived although the user is
   * told that it failed: nobody can know without an answer.
   */
  every?: 'arrives' | 'fails' | 'in doubt'
  /** Marks of the calls that it hits, as the journal shows them. */
  mark?: RegExp
}

/** All of them: a test compares this list with the page. */
export const faultCases = [
  { title: 'Access token expired' },
  { title: 'Provider answers 401', every: 'fails', mark: /401/ },
  { title: 'Provider answers 429', every: 'fails', mark: /429/ },
  { title: 'Provider answers 500', every: 'fails', mark: /500/ },
  { title: 'Provider is slow', every: 'arrives', mark: /slow/ },
  { title: 'Connection lost before the call', every: 'fails', mark: /connection lost before the call/ },
  // Where the provider can be asked what has arrived, there is no doubt.
  { title: 'Connection lost before the answer', every: 'in doubt', mark: /connection lost before the answer/ },
  { title: 'Botpress answers 500', every: 'arrives', mark: /500/ },
  { title: 'Webhooks delivered twice' },
  { title: 'Webhooks out of order' },
  { title: 'Agent joins before the answer' },
  { title: 'Instance killed between calls' },
] as const satisfies readonly FaultCase[]

export type FaultTitle = (typeof faultCases)[number]['title']

export const scopedCases = faultCases.flatMap((one) => ('every' in one ? [one] : []))
