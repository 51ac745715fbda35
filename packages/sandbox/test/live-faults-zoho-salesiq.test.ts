import { faultSuite } from './live-faults-kit'

faultSuite('zoho-salesiq')
