import { describe } from 'vitest'
import { withBrowser } from './kit/browser'
import { browserSuite } from './kit/suite'
import { journeyTests } from './suites/journeys'
import { lookTests } from './suites/look'

describe('Zoho SalesIQ on the page', withBrowser, () => {
  const suite = browserSuite('zoho-salesiq')
  journeyTests(suite)
  lookTests(suite)
})
