import { describe } from 'vitest'
import { withBrowser } from './kit/browser'
import { providerCases } from './kit/providers'
import { browserSuite } from './kit/suite'
import { journalTests } from './suites/journal'
import { journeyTests } from './suites/journeys'
import { lookTests } from './suites/look'

describe('HubSpot on the page', withBrowser, () => {
  const suite = browserSuite('hubspot')
  journeyTests(suite)
  journalTests(suite, providerCases['hubspot'])
  lookTests(suite)
})
