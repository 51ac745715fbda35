import type { GrowthPoint, GrowthRow } from './growth'

/** What the largest size may cost of what the smallest costs. Times are noisy even in the median, bytes are not. */
export const MOST_GROWTH = { microseconds: 1.5, bytes: 1.2 } as const

/** One sentence for each message that costs more where there is more; none when all is well. */
export function growthProblems(rows: readonly GrowthRow[]): string[] {
  return rows.flatMap(({ of, step, points }) => {
    const [least, most] = [points[0], points.at(-1)]
    if (!least || !most || points.length < 2) return [`${step}: nothing was measured for ${of}.`]
    return problemsOf(least, points).map(
      (problem) => `${step}: ${problem} with ${most.size.toLocaleString('en-US')} ${of}.`
    )
  })
}

function problemsOf(least: GrowthPoint, points: readonly GrowthPoint[]): string[] {
  const most = points.at(-1) ?? least
  const calls = (['vendor', 'botpress'] as const).flatMap((kind) => {
    const highest = Math.max(...points.map((point) => point.calls[kind]))
    return highest > least.calls[kind] ? [`${highest} ${kind} calls in place of ${least.calls[kind]}`] : []
  })
  const costs = (['microseconds', 'bytes'] as const).flatMap((unit) => {
    const growth = most[unit] / least[unit]
    // Not a number is no good news.
    return !(growth <= MOST_GROWTH[unit]) ? [`${growth.toFixed(2)} times the ${unit}`] : []
  })
  return [...calls, ...costs]
}
