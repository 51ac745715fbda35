import { testFuzzing } from './fuzz-kit'

testFuzzing('livechat')
