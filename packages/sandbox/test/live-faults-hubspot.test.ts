import { faultSuite } from './live-faults-kit'

faultSuite('hubspot')
