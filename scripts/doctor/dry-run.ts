import type { Doctor } from './doctors'
import { isUnconnected, sheetOf } from './examine'
import type { OpenChecks } from './open-checks'
import type { Screen } from './screen'

/** Says what would be called. Makes no call. */
export function describeRun(doctor: Doctor, { config, checks }: OpenChecks, hasAddress: boolean, screen: Screen): void {
  const leftOut = new Set<string>()
  for (const check of checks) {
    const sheet = sheetOf(doctor, check)
    const needsConnection =
      check.name === doctor.connection?.check || (sheet.after ?? []).some((name) => leftOut.has(name))
    if (needsConnection && isUnconnected(doctor, config)) {
      leftOut.add(check.name)
      screen.line(`– ${sheet.title}: left out, since the account is to be connected in the browser`)
      continue
    }
    const calls = sheet.calls(config)
    const doubt = sheet.namesAddress && !hasAddress ? '; not conclusive without --webhook-url' : ''
    screen.line(`${sheet.title}${calls.length === 0 ? ': without a call' : ''}${doubt}`)
    for (const call of calls) screen.line(`  ${call}`)
    for (const call of sheet.mayCall?.(config) ?? []) screen.line(`  perhaps ${call}`)
    if (sheet.cost) screen.line(`  It ${sheet.cost}.`)
  }
}
