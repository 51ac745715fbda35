import { describe } from 'vitest'
import { withBrowser } from './kit/browser'
import { browserSuite } from './kit/suite'
import { journeyTests } from './suites/journeys'
import { lookTests } from './suites/look'

describe('HubSpot on the page', withBrowser, () => {
  const suite = browserSuite('hubspot')
  journeyTests(suite)
  lookTests(suite)
})
