import { describe } from 'vitest'
import { withBrowser } from './kit/browser'
import { browserSuite } from './kit/suite'
import { faultTests } from './suites/faults'

describe('Faults of Zoho SalesIQ on the page', withBrowser, () => {
  const suite = browserSuite('zoho-salesiq')
  faultTests(suite)
})
