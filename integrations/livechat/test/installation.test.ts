import { ConfigurationError, ProviderHttpError, ProviderUnreachableError } from '@hitl/core'
import { describe, expect, it } from 'vitest'
import {
  accountsRefusal,
  type Answer,
  customerId,
  expectNoSecret,
  failsWith,
  failureOf,
  granted,
  refusal,
  secrets,
  shortenWaits,
  useWorld,
  type World,
} from './helpers'

const world = useWorld()

const ACTIONS = ['incoming_event', 'chat_deactivated', 'chat_transferred', 'user_added_to_chat']
const enabled = { json: { license_webhooks_enabled: true } }
const groupKnown = { json: { groups_status: { 19: 'online' } } }

type Webhook = { id: string; url: string; action: string; description?: string; owner_client_id: string; type: string }
const webhook = (w: World, action: string, more: Partial<Webhook> = {}): Webhook => ({
  id: `wh-${action}`,
  url: w.webhookUrl,
  action,
  owner_client_id: w.config.clientId,
  type: 'license',
  ...more,
})

/** What comes before the webhooks: the customer for checks, and the group. */
const proven = (w: World) => w.vendor.onToken().on('customer/list_group_statuses', groupKnown)

/** Installs into an account without webhooks, and returns the descriptions they got. */
async function installFresh(w: World): Promise<string[]> {
  proven(w).on('configuration/list_webhooks', { json: [] })
  for (const _ of ACTIONS) w.vendor.on('configuration/register_webhook', { json: { id: 'wh' } })
  w.vendor.on('configuration/get_license_webhooks_state', enabled)
  expect(await w.installation().install()).toEqual([])
  return w.vendor.bodies('configuration/register_webhook').map((body) => (body as { description: string }).description)
}

describe('the first installation', () => {
  it('proves every setting and registers four webhooks, with exactly these calls', async () => {
    const w = world()
    const [description = ''] = await installFresh(w)
    const owner = { owner_client_id: w.config.clientId }
    const registration = (action: string, filters: object) =>
      w.agentCall('configuration/register_webhook', {
        action,
        filters,
        secret_key: secrets.webhookSecret,
        url: w.webhookUrl,
        description,
        ...owner,
        type: 'license',
      })
    expect(w.vendor.calls).toEqual([
      w.tokenCall(),
      w.customerCall('list_group_statuses', { group_ids: [19] }),
      w.agentCall('configuration/list_webhooks', owner),
      registration('incoming_event', { author_type: 'agent', only_my_chats: true }),
      registration('chat_deactivated', { only_my_chats: true }),
      registration('chat_transferred', { only_my_chats: true }),
      registration('user_added_to_chat', { only_my_chats: true }),
      w.agentCall('configuration/get_license_webhooks_state', owner),
    ])
  })

  it('describes the webhooks so that they are recognised later, without the secret', async () => {
    const descriptions = await installFresh(world())
    expect(new Set(descriptions).size).toBe(1)
    expect(descriptions[0]).toMatch(/^Botpress HITL \(key [0-9a-f]{8}\)$/)
    expectNoSecret(descriptions.join())
  })

  it.each(['offline', 'online_for_queue'])('does not mind that nobody is there at the moment (%s)', async (status) => {
    const w = world()
    w.vendor
      .onToken()
      .on('customer/list_group_statuses', { json: { groups_status: { 19: status } } })
      .on('configuration/list_webhooks', { json: ACTIONS.map((action) => webhook(w, action)) })
      .on('configuration/get_license_webhooks_state', enabled)
    expect(await w.installation().install()).toEqual([])
  })

  it('switches webhooks on that were switched off for the app', async () => {
    const w = world()
    proven(w)
      .on('configuration/list_webhooks', { json: ACTIONS.map((action) => webhook(w, action)) })
      .on('configuration/get_license_webhooks_state', { json: { license_webhooks_enabled: false } })
      .on('configuration/enable_license_webhooks', { text: '' })
    expect(await w.installation().install()).toEqual([])
    expect(w.vendor.calls.at(-1)).toEqual(
      w.agentCall('configuration/enable_license_webhooks', { owner_client_id: w.config.clientId })
    )
  })

  it('does without the right to see whether they are switched on', async () => {
    const w = world()
    proven(w)
      .on('configuration/list_webhooks', { json: ACTIONS.map((action) => webhook(w, action)) })
      .on('configuration/get_license_webhooks_state', refusal('authorization', 403))
    expect(await w.installation().install()).toEqual([])
  })

  it('tells that webhooks are switched off when it may not switch them on', async () => {
    const w = world()
    proven(w)
      .on('configuration/list_webhooks', { json: ACTIONS.map((action) => webhook(w, action)) })
      .on('configuration/get_license_webhooks_state', { json: { license_webhooks_enabled: false } })
      .on('configuration/enable_license_webhooks', refusal('authorization', 403))
    expect(await w.installation().install()).toEqual([
      'The webhooks of your LiveChat app are switched off: no answer of an agent can arrive. Give the agent token the ' +
        'scope webhooks.state:rw and save again, or install the app anew.',
    ])
  })
})

describe('an installation that is saved again', () => {
  it('makes neither a second customer nor second webhooks', async () => {
    const w = world()
    const [description = ''] = await installFresh(w)
    const before = w.vendor.calls.length
    w.vendor
      .on('customer/list_group_statuses', groupKnown)
      .on('configuration/list_webhooks', { json: ACTIONS.map((action) => webhook(w, action, { description })) })
      .on('configuration/get_license_webhooks_state', enabled)
    expect(await w.installation().install()).toEqual([])
    expect(w.vendor.names().slice(before)).toEqual([
      'customer/list_group_statuses',
      'configuration/list_webhooks',
      'configuration/get_license_webhooks_state',
    ])
  })

  it('makes webhooks anew that were made with another secret', async () => {
    const w = world()
    const old = 'Botpress HITL (key 00000000)'
    proven(w).on('configuration/list_webhooks', { json: [webhook(w, 'chat_deactivated', { description: old })] })
    w.vendor.on('configuration/unregister_webhook', { text: '' })
    for (const _ of ACTIONS) w.vendor.on('configuration/register_webhook', { json: { id: 'wh' } })
    w.vendor.on('configuration/get_license_webhooks_state', enabled)
    expect(await w.installation().install()).toEqual([])
    expect(w.vendor.bodies('configuration/unregister_webhook')).toEqual([
      { id: 'wh-chat_deactivated', owner_client_id: w.config.clientId },
    ])
    expect(w.vendor.bodies('configuration/register_webhook')).toMatchObject(ACTIONS.map((action) => ({ action })))
    const order = w.vendor.names()
    expect(order.indexOf('configuration/unregister_webhook')).toBeLessThan(
      order.lastIndexOf('configuration/register_webhook')
    )
  })

  it('describes webhooks otherwise for every secret and every address', async () => {
    const w = world()
    const [first] = await installFresh(w)
    w.vendor
      .whenever('customer/list_group_statuses', groupKnown)
      .wheneverToken()
      .whenever('configuration/list_webhooks', { json: [] })
      .whenever('configuration/register_webhook', { json: { id: 'wh' } })
      .whenever('configuration/get_license_webhooks_state', enabled)
    await w.installation({ webhookSecret: 'quite-another-secret' }).install()
    expect(w.vendor.bodies('configuration/register_webhook').at(-1)).not.toMatchObject({ description: first })
  })

  it('keeps webhooks that were made by hand, and adds only what is missing', async () => {
    const w = world()
    const byHand = [webhook(w, 'incoming_event'), webhook(w, 'chat_deactivated', { description: 'made by Ann' })]
    proven(w)
      .on('configuration/list_webhooks', { json: byHand })
      .on('configuration/register_webhook', { json: { id: 'wh' } })
      .on('configuration/register_webhook', { json: { id: 'wh' } })
      .on('configuration/get_license_webhooks_state', enabled)
    expect(await w.installation().install()).toEqual([])
    expect(w.vendor.bodies('configuration/register_webhook')).toMatchObject([
      { action: 'chat_transferred' },
      { action: 'user_added_to_chat' },
    ])
  })

  it('leaves the webhooks of another bot alone', async () => {
    const w = world()
    const foreign = ACTIONS.map((action) =>
      webhook(w, action, { url: `${w.webhookUrl}0`, description: 'Botpress HITL (key 12345678)' })
    )
    proven(w).on('configuration/list_webhooks', { json: foreign })
    for (const _ of ACTIONS) w.vendor.on('configuration/register_webhook', { json: { id: 'wh' } })
    w.vendor.on('configuration/get_license_webhooks_state', enabled)
    await w.installation().install()
    expect(w.vendor.names()).not.toContain('configuration/unregister_webhook')
  })

  it('removes a second webhook of its own for the same action', async () => {
    const w = world()
    const [description = ''] = await installFresh(w)
    const doubled = [
      ...ACTIONS.map((action) => webhook(w, action, { description })),
      webhook(w, 'incoming_event', { id: 'second', description }),
    ]
    w.vendor
      .on('customer/list_group_statuses', groupKnown)
      .on('configuration/list_webhooks', { json: doubled })
      .on('configuration/unregister_webhook')
      .on('configuration/get_license_webhooks_state', enabled)
    await w.installation().install()
    expect(w.vendor.bodies('configuration/unregister_webhook')).toMatchObject([{ id: 'second' }])
  })

  it('notices at once that the client ID was changed for a wrong one', async () => {
    const w = world()
    shortenWaits()
    await installFresh(w)
    w.vendor.onToken(accountsRefusal('unauthorized_client'))
    const error = await failsWith(ConfigurationError, w.installation({ clientId: 'wrong' }).install())
    expect(error.setting).toBe('clientId')
  })

  it('accepts at once that a wrong client ID was corrected', async () => {
    const w = world()
    shortenWaits()
    w.vendor.onToken(accountsRefusal('unauthorized_client'))
    expect(await failsWith(ConfigurationError, w.installation({ clientId: 'wrong' }).install())).toBeInstanceOf(
      ConfigurationError
    )
    await installFresh(w)
  })

  it('accepts at once that the redirect address was added in LiveChat, with the settings as they were', async () => {
    const w = world()
    shortenWaits()
    w.vendor.onToken(accountsRefusal('unauthorized_client', 'redirect_uri is not allowed'))
    expect(await failsWith(ConfigurationError, w.installation().install())).toBeInstanceOf(ConfigurationError)
    await installFresh(w)
  })

  it.each<[string, Answer]>([
    ['refuses its cookies', accountsRefusal('invalid_grant')],
    ['takes it for somebody else', granted({ id: 'somebody-else' })],
  ])('makes a new customer for its checks when LiveChat %s', async (_, answer) => {
    const w = world()
    shortenWaits()
    await installFresh(w)
    const address = { type: 'integration', id: w.integrationId, name: 'installationToken' } as const
    const payload = {
      ...w.botpress.peekState(address),
      accessToken: secrets.renewedToken,
      expiresAt: 0,
      identity: customerId,
    }
    await w.botpress.setState({ ...address, payload })
    w.vendor
      .on('customer/list_group_statuses', refusal('authentication', 401))
      .onToken(answer)
      .onToken()
      .on('customer/list_group_statuses', groupKnown)
      .on('configuration/list_webhooks', { json: ACTIONS.map((action) => webhook(w, action)) })
      .on('configuration/get_license_webhooks_state', enabled)
    expect(await w.installation().install()).toEqual([])
  })
})

describe('a wrong setting', () => {
  it.each<[string, Answer, string, RegExp]>([
    [
      'redirect address not on the list of the app',
      accountsRefusal('unauthorized_client', 'Redirect URI mismatch'),
      'clientId',
      /^The setting "clientId" names an app that has to allow our address: add https:\/\/webhook\.botpress\.cloud\/hook-\d+ to the redirect addresses of the app's Authorization block\.$/,
    ],
    [
      'unknown organization',
      accountsRefusal('invalid_request', 'Invalid organization_id'),
      'organizationId',
      /^The setting "organizationId" is not an organization LiveChat knows for this app\.$/,
    ],
    [
      'unknown client',
      accountsRefusal('unauthorized_client'),
      'clientId',
      /^The setting "clientId" was refused by LiveChat\. Copy it again from your app\. If it is right, add https:\/\/webhook\.botpress\.cloud\/hook-\d+ to the redirect addresses of the app's Authorization block\.$/,
    ],
    [
      'a refusal that is a page',
      { status: 401, text: '<html></html>' },
      'clientId',
      /^The setting "clientId" was refused by LiveChat\./,
    ],
  ])('is named: %s', async (_, answer, setting, message) => {
    const w = world()
    shortenWaits()
    w.vendor.onToken(answer)
    const error = await failsWith(ConfigurationError, w.installation().install())
    expect(error.setting).toBe(setting)
    expect(error.message).toMatch(message)
    expect(w.vendor.names()).toEqual(['token'])
  })

  it.each<[string, string]>([
    ['not Base64 at all', 'dal:personal-access-token'],
    ['the token alone in Base64', Buffer.from('token').toString('base64')],
    ['the header with its first word', `Basic ${Buffer.from('account:token').toString('base64')}`],
    ['an account without a token', Buffer.from('account:').toString('base64')],
    ['a token without an account', Buffer.from(':token').toString('base64')],
  ])('is named before any call: agent token that is %s', async (_, agentToken) => {
    const w = world()
    const error = await failsWith(ConfigurationError, w.installation({ agentToken }).install())
    expect(error.setting).toBe('agentToken')
    expect(error.message).toBe(
      'The setting "agentToken" must be the Base64 text of "account ID:personal access token", without "Basic".'
    )
    expect(error.message).not.toContain(agentToken)
    expect(w.vendor.calls).toEqual([])
  })

  it.each<[string, Answer]>([
    ['says nothing about it', { json: { groups_status: {} } }],
    ['does not know it', refusal('group_not_found')],
  ])('is named: a group when LiveChat %s', async (_, answer) => {
    const w = world()
    w.vendor.onToken().on('customer/list_group_statuses', answer)
    const error = await failsWith(ConfigurationError, w.installation().install())
    expect(error).toMatchObject({
      setting: 'groupId',
      message: 'The setting "groupId" names group 19, which does not exist in LiveChat.',
    })
  })

  it.each<[string, Answer]>([
    ['in its own words', refusal('authentication', 401)],
    ['with a page', { status: 401, text: '<html>Unauthorized</html>' }],
  ])('is named: an agent token that LiveChat refuses %s', async (_, answer) => {
    const w = world()
    proven(w).on('configuration/list_webhooks', answer)
    const error = await failsWith(ConfigurationError, w.installation().install())
    expect(error).toMatchObject({
      setting: 'agentToken',
      message:
        'LiveChat refused the setting "agentToken". Create a new personal access token and save its Base64 text.',
    })
  })

  it('is named: an app of another organization than the agent token', async () => {
    const w = world()
    proven(w).on('configuration/list_webhooks', refusal('validation'))
    const error = await failsWith(ConfigurationError, w.installation().install())
    expect(error).toMatchObject({
      setting: 'clientId',
      message: 'The app of the setting "clientId" does not belong to the organization of the setting "agentToken".',
    })
  })

  it('is not blamed for a passing problem', async () => {
    const w = world()
    shortenWaits()
    proven(w).whenever('configuration/list_webhooks', refusal('internal', 500))
    expect(await failsWith(ProviderHttpError, w.installation().install())).toMatchObject({ retryable: true })
  })

  it('is not blamed for a network failure', async () => {
    const w = world()
    shortenWaits()
    for (let attempt = 0; attempt < 3; attempt += 1) w.vendor.onToken({ drop: 'ECONNRESET' })
    const error = await failsWith(ProviderUnreachableError, w.installation().install())
    expect(error.message).toBe(
      'LiveChat could not be reached for POST accounts.livechat.com/v2/customer/token (ECONNRESET).'
    )
  })

  it('shows no secret even when LiveChat repeats them in its refusal', async () => {
    const w = world()
    shortenWaits()
    w.vendor.onToken(accountsRefusal('unauthorized_client', Object.values(secrets).join(' ')))
    expect(await failureOf(w.installation().install())).toBeInstanceOf(ConfigurationError)
  })
})

describe('webhooks that cannot be registered', () => {
  const notice = (w: World, actions: string) =>
    `The agent token may not register webhooks. Create them by hand in the LiveChat Developer Console (Chat Webhooks): ` +
    `${actions}, each with the address ${w.webhookUrl} and the webhook secret of the settings; or give the ` +
    `token the scope webhooks.configuration:rw and save again.`

  it('are left to the bot builder in one notice with address and actions, without the secret', async () => {
    const w = world()
    proven(w).on('configuration/list_webhooks', refusal('authorization', 403))
    const notices = await w.installation().install()
    expect(notices).toEqual([notice(w, ACTIONS.join(', '))])
    expectNoSecret(notices.join())
  })

  it('are named one by one when LiveChat refuses only some', async () => {
    const w = world()
    proven(w)
      .on('configuration/list_webhooks', { json: [] })
      .on('configuration/register_webhook', { json: { id: 'wh' } })
      .on('configuration/register_webhook', refusal('authorization', 403))
      .on('configuration/register_webhook', { json: { id: 'wh' } })
      .on('configuration/register_webhook', { json: { id: 'wh' } })
      .on('configuration/get_license_webhooks_state', enabled)
    expect(await w.installation().install()).toEqual([notice(w, 'chat_deactivated')])
  })

  it('for lack of room say so, since making them by hand would not help either', async () => {
    const w = world()
    proven(w).on('configuration/list_webhooks', { json: [] })
    for (const _ of ACTIONS) w.vendor.on('configuration/register_webhook', refusal('limit_reached'))
    w.vendor.on('configuration/get_license_webhooks_state', enabled)
    const notices = await w.installation().install()
    expect(notices).toEqual([
      `LiveChat allows three webhooks per action and app, and your app has them already: ${ACTIONS.join(', ')}. ` +
        'Remove one, or use another app, and save again.',
    ])
  })

  it('get a notice of their own each: for lack of room, for lack of rights, for being switched off', async () => {
    const w = world()
    proven(w)
      .on('configuration/list_webhooks', { json: [] })
      .on('configuration/register_webhook', refusal('limit_reached'))
      .on('configuration/register_webhook', refusal('authorization', 403))
      .on('configuration/register_webhook', { json: { id: 'wh' } })
      .on('configuration/register_webhook', { json: { id: 'wh' } })
      .on('configuration/get_license_webhooks_state', { json: { license_webhooks_enabled: false } })
      .on('configuration/enable_license_webhooks', refusal('authorization', 403))
    expect(await w.installation().install()).toEqual([
      notice(w, 'chat_deactivated'),
      expect.stringMatching(/^LiveChat allows three webhooks per action and app, .* already: incoming_event\. /),
      expect.stringMatching(/^The webhooks of your LiveChat app are switched off: /),
    ])
  })

  it('fail the installation when the problem is a passing one', async () => {
    const w = world()
    shortenWaits()
    proven(w)
      .on('configuration/list_webhooks', { json: [] })
      .on('configuration/register_webhook', { drop: 'ECONNRESET' })
    expect(await failsWith(ProviderUnreachableError, w.installation().install())).toBeInstanceOf(
      ProviderUnreachableError
    )
    expect(w.vendor.names().filter((name) => name === 'configuration/register_webhook')).toHaveLength(1)
  })
})

describe('the uninstallation', () => {
  it('removes the webhooks the installation made, and no others', async () => {
    const w = world()
    const ours = 'Botpress HITL (key 12345678)'
    w.vendor.on('configuration/list_webhooks', {
      json: [
        webhook(w, 'incoming_event', { id: 'ours-1', description: ours }),
        webhook(w, 'chat_deactivated', { id: 'by-hand' }),
        webhook(w, 'chat_transferred', { id: 'by-hand-too', description: 'for Botpress HITL' }),
        webhook(w, 'incoming_event', {
          id: 'of-another-bot',
          url: 'https://webhook.botpress.cloud/other',
          description: ours,
        }),
        webhook(w, 'chat_tagged', { id: 'ours-2', description: ours }),
      ],
    })
    w.vendor.on('configuration/unregister_webhook').on('configuration/unregister_webhook')
    await w.installation().uninstall()
    const owner = { owner_client_id: w.config.clientId }
    expect(w.vendor.calls).toEqual([
      w.agentCall('configuration/list_webhooks', owner),
      w.agentCall('configuration/unregister_webhook', { id: 'ours-1', ...owner }),
      w.agentCall('configuration/unregister_webhook', { id: 'ours-2', ...owner }),
    ])
  })

  it('goes on when one of them cannot be removed', async () => {
    const w = world()
    const description = 'Botpress HITL (key 12345678)'
    w.vendor
      .on('configuration/list_webhooks', {
        json: ACTIONS.slice(0, 2).map((action) => webhook(w, action, { description })),
      })
      .on('configuration/unregister_webhook', refusal('not_found'))
      .on('configuration/unregister_webhook')
    await w.installation().uninstall()
    expect(w.logLines).toEqual([
      'LiveChat webhook incoming_event could not be removed: LiveChat refused unregister_webhook: error type "not_found".',
    ])
  })

  it.each<[string, Answer, string]>([
    ['the agent token is dead', refusal('authentication', 401), 'LiveChat refused the setting "agentToken".'],
    ['LiveChat cannot be reached', { drop: 'ECONNRESET' }, 'LiveChat could not be reached'],
  ])('succeeds with a line in the log when %s', async (_, answer, line) => {
    const w = world()
    shortenWaits()
    w.vendor.whenever('configuration/list_webhooks', answer)
    await w.installation().uninstall()
    expect(w.logLines).toEqual([expect.stringContaining(`LiveChat webhooks could not be removed: ${line}`)])
  })

  it('succeeds in silence when the token never could see webhooks', async () => {
    const w = world()
    w.vendor.on('configuration/list_webhooks', refusal('authorization', 403))
    await w.installation().uninstall()
    expect(w.logLines).toEqual([])
  })
})
