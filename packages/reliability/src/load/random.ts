import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64'
import { uniformInt } from 'pure-rand/distribution/uniformInt'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'

/** Chance that can be repeated: the same seed and the same name give the same draws. */
export type Random = {
  /** From 0 up to 1. */
  share(): number
  /** Whole, both ends included. */
  whole(from: number, to: number): number
  /** True so often in a hundred. */
  inHundred(percent: number): boolean
  pick<T>(items: readonly [T, ...T[]]): T
}

/** @param name sets draws apart that happen at the same time, so that the one does not depend on the pace of the other */
export function randomFrom(seed: number, name: string): Random {
  const generator = xoroshiro128plus(seedOf(seed, name))
  const share = () => uniformFloat64(generator)
  const whole = (from: number, to: number) => uniformInt(generator, from, to)
  return {
    share,
    whole,
    inHundred: (percent) => share() * 100 < percent,
    pick: (items) => items[whole(0, items.length - 1)] ?? items[0],
  }
}

const seedOf = (seed: number, name: string) =>
  [...name].reduce((sum, letter) => (Math.imul(sum, 31) + letter.charCodeAt(0)) | 0, seed | 0)
