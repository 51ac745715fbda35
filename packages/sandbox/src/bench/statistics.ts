/** The value with as many below as above it. @param share 0.5 for the median, 0.95 for all but the slowest 5 % */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

export const median = (values: readonly number[]): number => quantile(values, 0.5)

/** A figure of several repetitions. */
export type Spread = { median: number; fastest: number; slowest: number; repetitions: number }

export const spread = (values: readonly number[]): Spread => ({
  median: median(values),
  fastest: Math.min(...values),
  slowest: Math.max(...values),
  repetitions: values.length,
})

/** How many times the second one, repetition by repetition: what else the machine does hits both of a pair alike. */
export const ratios = (values: readonly number[], others: readonly number[]): Spread =>
  spread(values.map((value, index) => value / (others[index] ?? Number.NaN)))
