import { testFuzzing } from './fuzz-kit'

testFuzzing('hubspot')
