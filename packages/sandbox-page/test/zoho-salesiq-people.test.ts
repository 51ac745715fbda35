import { describe } from 'vitest'
import { withBrowser } from './kit/browser'
import { providerCases } from './kit/providers'
import { browserSuite } from './kit/suite'
import { peopleTests } from './suites/people'
import { settingsTests } from './suites/settings'

describe('People and settings of Zoho SalesIQ on the page', withBrowser, () => {
  const suite = browserSuite('zoho-salesiq')
  peopleTests(suite)
  settingsTests(suite, providerCases['zoho-salesiq'])
})
