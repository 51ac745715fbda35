import { describe } from 'vitest'
import { withBrowser } from './kit/browser'
import { providerCases } from './kit/providers'
import { browserSuite } from './kit/suite'
import { peopleTests } from './suites/people'
import { settingsTests } from './suites/settings'

describe('People and settings of HubSpot on the page', withBrowser, () => {
  const suite = browserSuite('hubspot')
  peopleTests(suite)
  settingsTests(suite, providerCases['hubspot'])
})
