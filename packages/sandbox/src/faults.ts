import type { Fault } from './faults/fault'
import { peopleFaults } from './faults/people'
import { platformFaults } from './faults/platform'
import { vendorCallFaults } from './faults/vendor-calls'
import { webhookFaults } from './faults/webhooks'

export type { Fault } from './faults/fault'

/** Everything `--fault` can bring about, in the order of `--help`. */
export const faults: readonly Fault[] = [...vendorCallFaults, ...webhookFaults, ...platformFaults, ...peopleFaults]
