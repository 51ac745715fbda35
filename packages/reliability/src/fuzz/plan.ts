import * as fc from 'fast-check'
import { hostileValue, names } from './hostile-values'
import type { Change, How } from './json-changes'
import { headerNames, headerValues, methods, paths, queries } from './odd-requests'
import { type TextChange, textChanges } from './text-changes'

/** How one request is made. Small on purpose: a failing one is shrunk, and the request with it. */
export type Plan = {
  /** Which recorded webhook; beyond the last it begins anew. */
  recording: number
  /** Which of our sessions it is about; undefined for a thread that no bot opened. */
  session: number | undefined
  changes: readonly Change[]
  text: TextChange | 'left out' | undefined
  method: string
  path: string
  query: string
  headers: readonly HeaderChange[]
  /** Which forgery; undefined for one that proves where it comes from. */
  forgery: number | undefined
  /** As often as it is delivered. */
  times: 1 | 2
}

export type HeaderChange =
  | { do: 'add'; name: string; value: string }
  /** The same header once more, its name written otherwise. */
  | { do: 'double'; at: number }
  | { do: 'capitals' }

const rarely = <T, U>(weight: number, usual: fc.Arbitrary<T>, rare: fc.Arbitrary<U>): fc.Arbitrary<T | U> =>
  fc.oneof({ withCrossShrink: true }, { weight: 100 - weight, arbitrary: usual }, { weight, arbitrary: rare })

const how: fc.Arbitrary<How> = fc.oneof(
  { weight: 10, arbitrary: fc.record({ do: fc.constant('replace' as const), value: hostileValue }) },
  { weight: 4, arbitrary: fc.constant<How>({ do: 'remove' }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('rename' as const), name: fc.constantFrom(...names) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('double' as const), value: hostileValue }) },
  { weight: 1, arbitrary: fc.constant<How>({ do: 'wrap' }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('wrap' as const), name: fc.constantFrom(...names) }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('add' as const), name: fc.constantFrom(...names), value: hostileValue }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('repeat' as const), times: rarely(1, fc.nat(12), fc.nat(1_200)) }),
  }
)

const textChange = fc.constantFrom<TextChange | 'left out'>(...keysOf(textChanges), 'left out')

function keysOf<T extends object>(object: T): (keyof T & string)[] {
  return Object.keys(object).filter((key): key is keyof T & string => key in object)
}

const method = fc.constantFrom(...methods)
const path = fc.constantFrom(...paths)
const query = fc.constantFrom(...queries)
const headerName = fc.constantFrom(...headerNames)
const headerValue = fc.constantFrom(...headerValues)
const headerChange: fc.Arbitrary<HeaderChange> = fc.oneof(
  fc.record({ do: fc.constant('add' as const), name: headerName, value: headerValue }),
  fc.record({ do: fc.constant('double' as const), at: fc.nat(5) }),
  fc.constant<HeaderChange>({ do: 'capitals' })
)

const never = fc.constant(undefined)

/** About half of what this makes proves where it comes from, so that it is read and applied. */
export const plan: fc.Arbitrary<Plan> = fc.record({
  recording: fc.nat(999),
  session: fc.oneof({ weight: 3, arbitrary: fc.nat(2) }, { weight: 1, arbitrary: never }),
  changes: fc.oneof(
    { withCrossShrink: true },
    { weight: 3, arbitrary: fc.constant([]) },
    { weight: 6, arbitrary: fc.array(fc.record({ at: fc.nat(4_999), how }), { minLength: 1, maxLength: 2 }) },
    { weight: 1, arbitrary: fc.array(fc.record({ at: fc.nat(4_999), how }), { maxLength: 12 }) }
  ),
  text: rarely(8, never, textChange),
  method: rarely(4, fc.constant('POST'), method),
  path: rarely(6, fc.constant('/'), path),
  query: rarely(6, fc.constant(''), query),
  headers: rarely(15, fc.constant([]), fc.array(headerChange, { minLength: 1, maxLength: 4 })),
  forgery: rarely(45, never, fc.nat(99)),
  times: rarely(5, fc.constant(1), fc.constant(2)),
})
