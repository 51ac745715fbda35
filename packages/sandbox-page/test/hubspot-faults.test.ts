import { describe } from 'vitest'
import { withBrowser } from './kit/browser'
import { browserSuite } from './kit/suite'
import { faultTests } from './suites/faults'

describe('Faults of HubSpot on the page', withBrowser, () => {
  const suite = browserSuite('hubspot')
  faultTests(suite)
})
