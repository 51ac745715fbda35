import type { Emulator, EndUser, Installation } from '@hitl/emulator'
import { afterEach, describe, expect, it } from 'vitest'
import * as z from 'zod/mini'

type Settings = Record<string, unknown>

/** What the suite needs of an integration's journey world. */
export type ConnectionWorld = {
  emulator: Pick<Emulator, 'url' | 'journal' | 'settled'>
  installation: Installation
  provider: {
    allowRedirect(redirectUri: string): void
    consentTo(address: string, consent?: 'agree' | 'decline'): string
    revokeRefreshToken(token?: string): void
    expireAccessTokens(): void
    readonly tokenRequests: number
  }
  escalated(): Promise<EndUser>
  settle(): Promise<void>
  leap(ms: number): void
  leaks(): readonly string[]
  shut(): Promise<void>
}

export type ConnectionCase<World extends ConnectionWorld> = {
  /** Product name as people read it. */
  product: string
  /** Installs with these settings, in so many instances. */
  openWorld(settings: Settings, instances: number): Promise<World>
  /** How the address begins at which access is asked for. */
  address: RegExp
  /** What the guide of the vendor calls a redirect address. */
  redirectWords: string
  /** What is said when the vendor has ended the connection. */
  ended: string
  /** One that works when it is entered. */
  refreshToken: string
  /** How many refresh tokens the vendor gives when the page of a connection is loaded again. */
  renewals: number
  /** A session in which an agent says this. Returns what the user has heard. */
  hear(world: World, text: string): Promise<readonly unknown[]>
  /** A setting that names a place in the account: one that is not there, one that is, and what the page shows of it. */
  place: { setting: string; wrong: string; right: string; shown: string }
}

const HOUR_MS = 3_600_000
const answer = z.object({ refresh_token: z.string() })

/** What every integration promises whose account is connected in a browser. Returns the hands for its own tests. */
export function connectionSuite<World extends ConnectionWorld>(given: ConnectionCase<World>) {
  let world: World
  afterEach(() => world.shut())

  const open = async (settings: Settings = {}, instances = 1): Promise<World> => {
    world = await given.openWorld({ refreshToken: '', ...settings }, instances)
    world.provider.allowRedirect(`${world.installation.webhookUrl}/oauth`)
    return world
  }
  /** The address that saving has answered with. */
  const offered = () => given.address.exec(world.installation.statusReason ?? '')?.[0] ?? 'none'
  /** The browser goes where it is sent. */
  const follow = async (end: string) => {
    const { pathname, search } = new URL(end)
    const response = await fetch(`${world.emulator.url}${pathname}${search}`)
    return { status: response.status, page: await response.text() }
  }
  const connect = (address = offered()) => follow(world.provider.consentTo(address))
  const change = async (settings: Settings) => {
    await world.installation.configure({ ...world.installation.configuration, ...settings })
    return world.installation.status
  }
  const expectWorkingSession = async () => {
    expect(await given.hear(world, 'hello from an agent')).toEqual(['hello from an agent'])
  }
  const hands = { open, offered, follow, connect, change, expectWorkingSession }
  connectionTests(given, hands, () => world)
  return hands
}

type Hands = ReturnType<typeof connectionSuite>

function connectionTests<World extends ConnectionWorld>(
  { product, redirectWords, ended, refreshToken, renewals, place }: ConnectionCase<World>,
  {
    open,
    offered,
    follow,
    connect,
    change,
    expectWorkingSession,
  }: Omit<Hands, 'open'> & {
    open(settings?: Settings, instances?: number): Promise<World>
  },
  current: () => World
): void {
  const refreshTokens = () =>
    current().emulator.journal.entries.flatMap(({ response }) => answer.safeParse(response).data?.refresh_token ?? [])
  const isConnected = { status: 200, page: expect.stringContaining(`${product} is connected`) }

  describe('without a refresh token', () => {
    it('saving names the setting, the redirect address to enter, and the address to open', async () => {
      const { installation, leaks } = await open()
      expect(installation.status).toBe('registration_failed')
      expect(installation.statusReason).toContain('the setting "refreshToken" is empty')
      expect(installation.statusReason).toContain(`Enter ${installation.webhookUrl}/oauth as ${redirectWords}`)
      expect(new URL(offered()).searchParams.get('redirect_uri')).toBe(`${installation.webhookUrl}/oauth`)
      expect(leaks()).toEqual([])
    })

    it('connecting in the browser sets everything up, a session works, and the next saving is fine', async () => {
      const { installation, leaks } = await open()
      expect(await connect()).toMatchObject(isConnected)
      await expectWorkingSession()
      await installation.register()
      expect(installation.status).toBe('registered')
      expect(leaks()).toEqual([])
    })

    it('the connection is renewed with what it gave, and outlives a wrong client secret', async () => {
      const { installation, leap, leaks } = await open()
      await connect()
      await installation.register()
      const { clientSecret } = installation.configuration
      await change({ clientSecret: 'not-the-secret-at-all' })
      expect(installation.statusReason).toContain('"clientSecret"')
      expect(await change({ clientSecret })).toBe('registered')
      leap(HOUR_MS + 60_000)
      await expectWorkingSession()
      expect(leaks()).toEqual([])
    })

    it('a connection that was ended is said, with a new address, and asked for a few times at most', async () => {
      const { installation, provider, emulator, escalated, leap, settle, leaks } = await open()
      await connect()
      const user = await escalated()
      provider.revokeRefreshToken(refreshTokens().at(-1))
      leap(HOUR_MS + 60_000)
      const before = provider.tokenRequests
      for (let times = 0; times < 20; times += 1) await user.say('is anybody there?')
      await emulator.settled()
      expect(user.lastDeliveryErrors).toHaveLength(20)
      expect(provider.tokenRequests - before).toBeLessThanOrEqual(3)
      await installation.register()
      expect(installation.statusReason).toContain(ended)
      expect(await connect()).toMatchObject({ status: 200 })
      await user.say('the line works again')
      await settle()
      expect(user.lastDeliveryErrors).toHaveLength(20)
      expect(leaks()).toEqual([])
    })

    it('a page that is loaded again, also after a renewal, exchanges nothing and says the same', async () => {
      const { installation, provider } = await open()
      const end = provider.consentTo(offered())
      await follow(end)
      await installation.register()
      provider.expireAccessTokens()
      await expectWorkingSession()
      const before = refreshTokens().length
      expect(await follow(end)).toMatchObject(isConnected)
      expect(refreshTokens().length - before).toBe(renewals)
    })

    it('a redirect that comes to two instances at once, while a third call registers, is exchanged once', async () => {
      const { installation, provider } = await open({}, 3)
      const end = provider.consentTo(offered())
      const pages = Promise.all([follow(end), follow(end)])
      await Promise.all([pages, installation.register()])
      for (const page of await pages) expect(page).toMatchObject(isConnected)
      await installation.register()
      expect(installation.status).toBe('registered')
      await expectWorkingSession()
    })

    it('a refresh token that was entered meanwhile is told of, and nothing is changed', async () => {
      const { provider } = await open()
      const end = provider.consentTo(offered())
      await change({ refreshToken })
      const page = expect.stringContaining('The setting &quot;refreshToken&quot; is filled in')
      expect(await follow(end)).toMatchObject({ status: 400, page })
    })

    it('what nobody agreed to changes nothing', async () => {
      const { provider, escalated } = await open()
      const page = expect.stringContaining('Nobody gave access')
      expect(await follow(provider.consentTo(offered(), 'decline'))).toMatchObject({ status: 400, page })
      await expect(escalated()).rejects.toThrow(/not connected/)
    })

    it('a refresh token that is entered keeps working', async () => {
      await open()
      expect(await change({ refreshToken })).toBe('registered')
      await expectWorkingSession()
    })

    it('a place that does not exist is shown on the page, and works when corrected', async () => {
      await open({ [place.setting]: place.wrong })
      const { page } = await connect()
      expect(page).toContain('something is left')
      expect(page).toContain(place.shown)
      expect(await change({ [place.setting]: place.right })).toBe('registered')
      await expectWorkingSession()
    })
  })
}
