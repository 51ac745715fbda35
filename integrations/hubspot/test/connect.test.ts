import { defaultSeed } from '@hitl/emulator/hubspot'
import { connectionSuite } from '@hitl/sandbox/connection-suite'
import { HELP_DESK, heardTexts, openJourney } from './journey-world'

connectionSuite({
  product: 'HubSpot',
  openWorld: (settings, instances) => openJourney({ settings, instances, hurried: false }),
  address: /https:\/\/app\.hubspot\S+/,
  redirectWords: 'redirect URL',
  ended: 'HubSpot has ended the connection',
  refreshToken: defaultSeed.refreshToken,
  // One comes with each renewal, and the registration proves the connection by one.
  renewals: 1,
  async hear({ escalated, anna, threadId, settle }, text) {
    const user = await escalated()
    anna.take(threadId(user))
    anna.reply(threadId(user), text)
    await settle()
    return heardTexts(user)
  },
  place: { setting: 'helpDeskId', wrong: '1', right: HELP_DESK, shown: HELP_DESK },
})
