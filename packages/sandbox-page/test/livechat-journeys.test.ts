import { describe } from 'vitest'
import { withBrowser } from './kit/browser'
import { providerCases } from './kit/providers'
import { browserSuite } from './kit/suite'
import { journalTests } from './suites/journal'
import { journeyTests } from './suites/journeys'
import { lookTests } from './suites/look'

describe('LiveChat on the page', withBrowser, () => {
  const suite = browserSuite('livechat')
  journeyTests(suite)
  journalTests(suite, providerCases['livechat'])
  lookTests(suite)
})
