import { testFuzzing } from './fuzz-kit'

testFuzzing('zoho-salesiq')
