import type { TrialStep } from '../../packages/hitl-core/src/doctor'
import type { Screen } from './screen'

/** Says what would be called. Makes no call. */
export function describeRun(steps: readonly TrialStep[], hasAddress: boolean, screen: Screen): void {
  const leftOut = new Set<string>()
  for (const { name, title, calls, mayCall, after, namesAddress, cost, isUnconnected } of steps) {
    if (isUnconnected || after.some((one) => leftOut.has(one))) {
      leftOut.add(name)
      screen.line(`– ${title}: left out, since the account is to be connected in the browser`)
      continue
    }
    const doubt = namesAddress && !hasAddress ? '; not conclusive without --webhook-url' : ''
    screen.line(`${title}${calls.length === 0 ? ': without a call' : ''}${doubt}`)
    for (const call of calls) screen.line(`  ${call}`)
    for (const call of mayCall) screen.line(`  perhaps ${call}`)
    if (cost) screen.line(`  It ${cost}.`)
  }
}
