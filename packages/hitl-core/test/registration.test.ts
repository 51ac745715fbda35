import { InternalError } from '@botpress/client'
import { beforeEach, describe, expect, it } from 'vitest'
import { ConfigurationError, ProviderUnreachableError } from '../src/errors'
import { createInvocation } from '../src/invocation'
import { forgetRegistration, register } from '../src/registration'
import { createFakeAdapter } from '../src/testing'
import { CONFIG, createWorld, type World } from './support'

let world: World
let install: () => Promise<readonly string[]>

beforeEach(() => {
  world = createWorld()
  install = async () => []
  world.adapterOptions.install = () => install()
})

const invocation = (configuration: unknown = CONFIG) => {
  const note = (message: string) => void world.log.push(message)
  return createInvocation(createFakeAdapter(world.provider, world.adapterOptions), {
    client: world.botpress,
    log: { info: note, warn: note, error: note },
    integrationId: 'integration-1',
    webhookId: world.webhookId,
    configuration,
    budgetMs: 40_000,
  })
}

const OTHER = { ...CONFIG, apiKey: 'key-of-another-account' }
const outage = () => Promise.reject(new ProviderUnreachableError('Acme could not be reached.', { sent: false }))

describe('a registration', () => {
  it('is repeated every day, also one that fails', async () => {
    await register(invocation())
    install = () => Promise.reject(new ConfigurationError('apiKey', 'The setting "apiKey" is wrong.'))
    await expect(register(invocation(OTHER))).rejects.toThrow('"apiKey"')
    expect(world.botpress.callsOf('configureIntegration')).toEqual([
      { scheduleRegisterCall: 'daily' },
      { scheduleRegisterCall: 'daily' },
    ])
  })

  it('does not fail because Botpress does not repeat it', async () => {
    world.botpress.failNext('configureIntegration', new InternalError('down'))
    expect(await register(invocation())).toEqual([])
    expect(world.log).toEqual(['Botpress did not take the request to check the connection regularly.'])
  })

  it('says what is left to do once, and again when that or the settings have changed', async () => {
    install = async () => ['Make it by hand.']
    expect(await register(invocation())).toEqual(['Make it by hand.'])
    expect(await register(invocation())).toEqual([])
    install = async () => ['Make it by hand.', 'Switch it on.']
    expect(await register(invocation())).toEqual(['Switch it on.'])
    expect(await register(invocation())).toEqual([])
    expect(await register(invocation(OTHER))).toEqual(['Make it by hand.', 'Switch it on.'])
    expect(world.log).toEqual(['Make it by hand.', 'Switch it on.', 'Make it by hand.', 'Switch it on.'])
  })

  it('says it again after the integration was removed and added', async () => {
    install = async () => ['Make it by hand.']
    await register(invocation())
    await forgetRegistration(invocation())
    expect(await register(invocation())).toEqual(['Make it by hand.'])
  })

  it('says again what was done meanwhile and has to be done once more', async () => {
    install = async () => ['Make it by hand.']
    await register(invocation())
    install = async () => []
    await register(invocation())
    install = async () => ['Make it by hand.']
    expect(await register(invocation())).toEqual(['Make it by hand.'])
  })

  it.each(['getState', 'setState'] as const)('does not fail because Botpress does not answer %s', async (operation) => {
    install = async () => ['Make it by hand.']
    world.botpress.failNext(operation, new InternalError('down'))
    expect(await register(invocation())).toEqual(['Make it by hand.'])
  })

  it('keeps no secret', async () => {
    await register(invocation())
    const kept = JSON.stringify(
      world.botpress.peekState({ type: 'integration', id: 'integration-1', name: 'registration' })
    )
    for (const secret of Object.values(CONFIG)) expect(kept).not.toContain(secret)
  })
})

describe('an outage while the connection is checked', () => {
  it('leaves an installation alone that has worked, and is said once', async () => {
    await register(invocation())
    install = outage
    const said = ['The connection could not be checked this time. Acme could not be reached.']
    expect(await register(invocation())).toEqual(said)
    expect(await register(invocation())).toEqual([])
    expect(world.log).toEqual(said)
  })

  it('has nothing said again that was said before it, and is itself said again the next time', async () => {
    install = async () => ['Make it by hand.']
    await register(invocation())
    install = outage
    expect(await register(invocation())).toHaveLength(1)
    install = async () => ['Make it by hand.']
    expect(await register(invocation())).toEqual([])
    install = outage
    expect(await register(invocation())).toHaveLength(1)
  })

  it('fails the registration of settings that have never worked', async () => {
    install = outage
    await expect(register(invocation())).rejects.toThrow('could not be reached')
    install = async () => []
    await register(invocation())
    install = outage
    await expect(register(invocation(OTHER))).rejects.toThrow('could not be reached')
  })

  it('is told from a dead credential, which fails the registration each time', async () => {
    await register(invocation())
    install = () => Promise.reject(new ConfigurationError('apiKey', 'Acme refused the setting "apiKey".'))
    for (let times = 0; times < 2; times += 1) await expect(register(invocation())).rejects.toThrow('refused')
  })
})
