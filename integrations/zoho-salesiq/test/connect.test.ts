import { defaultSeed } from '@hitl/emulator/zoho-salesiq'
import { connectionSuite } from '@hitl/sandbox/connection-suite'
import { describe, expect, it } from 'vitest'
import { heardTexts, openJourney, SUPPORT } from './journey-world'

const { open, offered, follow, connect, change, expectWorkingSession } = connectionSuite({
  product: 'Zoho SalesIQ',
  openWorld: (settings, instances) => openJourney({ settings, instances }),
  address: /https:\/\/accounts\.\S+/,
  redirectWords: 'redirect address',
  ended: 'Zoho has ended the connection.',
  refreshToken: defaultSeed.refreshToken,
  // None comes with a renewal.
  renewals: 0,
  async hear({ escalated, anna, chat, settle }, text) {
    const user = await escalated()
    anna.pickUp(chat(user).id)
    anna.write(chat(user).id, text)
    await settle()
    return heardTexts(user)
  },
  place: { setting: 'departmentId', wrong: '402199000000009998', right: SUPPORT, shown: 'departmentId' },
})

describe('the server that the code goes to', () => {
  it('is that of the account’s data center, and the page says which setting to change', async () => {
    await open({ dataCenter: 'us' })
    expect(offered()).toContain('https://accounts.zoho.com/oauth/v2/org/auth?')
    // Zoho leads somebody whose account lives elsewhere to the server of that data center.
    const { status, page } = await connect(offered().replace('accounts.zoho.com', 'accounts.zoho.eu'))
    expect([status, page]).toEqual([200, expect.stringContaining('Set &quot;dataCenter&quot; to &quot;eu&quot;')])
    expect(await change({ dataCenter: 'eu' })).toBe('registered')
    await expectWorkingSession()
  })

  it.each(['https://accounts.zoho.evil', 'https://accounts.zoho.eu.evil.example', 'http://accounts.zoho.eu', 'x'])(
    'is none that is not Zoho’s: %s',
    async (server) => {
      const { provider } = await open()
      const end = new URL(provider.consentTo(offered()))
      end.searchParams.set('accounts-server', server)
      const before = provider.tokenRequests
      const { status, page } = await follow(end.href)
      expect([status, page]).toEqual([400, expect.stringContaining('none of the known ones')])
      expect(provider.tokenRequests).toBe(before)
    }
  )
})
