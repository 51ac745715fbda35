import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  currentTrace,
  loadInstance,
  reroute,
  spawnInstance,
  startEmulator,
  traced,
  type Declared,
  type Invoke,
  type JournalEntry,
  type RetryPolicy,
} from '../src/index'
import { defaultSeed, livechat } from '../src/providers/livechat'
import { readTrace, TRACE_HEADER, traceHeaders } from '../src/trace'
import { declared, nested, ScriptedIntegration, startWorld } from './world'

const fileIn = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const words = (text: string) => text.split(' ')
const callingBundle = fileIn('calling-bundle.cjs')

let emulator: Awaited<ReturnType<typeof startWorld>>

beforeAll(async () => {
  emulator = await startWorld()
})

afterAll(() => emulator.close())

beforeEach(() => emulator.reset())

const short = ({ label, trace }: JournalEntry) => [label, trace]

describe('a trace', () => {
  it('is stamped on what is journaled within it, and on nothing else', async () => {
    const note = (label: string) => emulator.journal.add({ at: 0, kind: 'note', label })
    note('before')
    await traced({ step: 'one' }, async () => {
      await new Promise((resolve) => setTimeout(resolve, 1))
      note('within')
    })
    note('after')
    expect(emulator.journal.entries.map(short)).toEqual([
      ['before', undefined],
      ['within', { step: 'one' }],
      ['after', undefined],
    ])
  })

  it('goes through a header whatever its words are, and garbage in the header is none', () => {
    const trace = { step: 'Añá "says" 100 %\r\n', operation: 'message_created text' }
    const headers = traced(trace, traceHeaders)
    expect(headers[TRACE_HEADER]).toMatch(/^[\w%.~!*'()-]+$/)
    expect(readTrace(headers[TRACE_HEADER])).toEqual(trace)
    expect(traceHeaders()).toEqual({})
    for (const garbage of [undefined, '', '%', 'step', '[]', '{"step":1}', '%7B%22step%22%3A%22%22%7D', 'null']) {
      expect(readTrace(garbage)).toBeUndefined()
    }
  })

  it('is that of whoever set a timer, not that of whoever moves the clock', async () => {
    const seen: unknown[] = []
    traced({ step: 'one' }, () => emulator.clock.after(10_000, () => seen.push(currentTrace())))
    emulator.clock.after(20_000, () => seen.push(currentTrace()))
    await traced({ step: 'two' }, () => emulator.clock.advance(30_000))
    expect(seen).toEqual([{ step: 'one' }, undefined])
  })

  it('is only the one a request names, even at a server that was started within another', async () => {
    const other = await traced({ step: 'start' }, startWorld)
    try {
      const headers = { 'x-emulated-host': 'api.vendor.test' }
      await fetch(`${other.url}/messages`, { headers })
      await fetch(`${other.url}/messages`, { headers: { ...headers, ...traced({ step: 'one' }, traceHeaders) } })
      expect(other.journal.entries.map(({ trace }) => trace)).toEqual([undefined, { step: 'one' }])
      expect(JSON.stringify(other.journal.entries)).not.toContain(TRACE_HEADER)
    } finally {
      await other.close()
    }
  })
})

describe('webhooks', () => {
  const policy: RetryPolicy = { delaysMs: [10_000], accepted: (status) => status === 200, timeoutMs: 1_000 }
  let script: ScriptedIntegration
  let url = ''

  beforeEach(async () => {
    const installed = await ScriptedIntegration.install(emulator)
    script = installed.script
    url = installed.installation.webhookUrl
    emulator.journal.clear()
  })

  const deliver = (step: string) =>
    traced({ step }, () => {
      const delivery = { url, headers: { 'x-own': 'yes' }, body: `"${step}"`, label: 'event' }
      return emulator.providers[0].services.deliver('vendor', delivery, policy)
    })

  it('lead to invocations of the same step, and the integration does not see the trace', async () => {
    await deliver('one')
    expect(emulator.journal.entries.map(short)).toEqual([
      ['webhook_received', { step: 'one', operation: 'webhook_received' }],
      ['vendor event', { step: 'one' }],
    ])
    const [invocation] = script.of('webhook_received')
    expect(nested(invocation?.body, 'req', 'headers')).toMatchObject({ 'x-own': 'yes' })
    expect(JSON.stringify(invocation)).not.toContain(TRACE_HEADER)
  })

  it('keep the step that caused them when they are sent again or released by another one', async () => {
    script.answers['webhook_received'] = () => ({ status: 500, body: '' })
    const retried = deliver('one')
    await emulator.settled()
    script.answers = {}
    await traced({ step: 'clock' }, () => emulator.clock.advance(20_000))
    await retried
    emulator.deliveries.mode('vendor', { hold: true })
    const held = deliver('two')
    await traced({ step: 'release' }, () => emulator.deliveries.release())
    await held
    const webhooks = emulator.journal.entries.filter(({ kind }) => kind === 'webhook')
    expect(webhooks.map(({ trace }) => trace?.step)).toEqual(['one', 'one', 'two'])
  })
})

describe.each(['process', 'module'] as const)('a bundle in a %s', (where) => {
  let end: () => unknown = () => {}
  afterEach(() => end())

  const run = async (): Promise<Invoke> => {
    const { env } = emulator.botpress
    const options = { emulatorUrl: emulator.url, hosts: emulator.hosts }
    if (where === 'module') {
      end = reroute(options)
      return loadInstance(callingBundle, { env })
    }
    const spawned = await spawnInstance(callingBundle, { ...options, env })
    end = spawned.stop
    return spawned.invoke
  }

  it('keeps invocations at the same time apart, with every HTTP client', { timeout: 30_000 }, async () => {
    const installation = await emulator.botpress.install({
      name: 'acme',
      configuration: {},
      declared,
      invoke: await run(),
    })
    const call = (path: string) =>
      installation.invoke('webhook_received', { req: { method: 'POST', path, query: '', headers: {} }, type: path })
    const names = ['one', 'two', 'three']
    emulator.journal.clear()
    await Promise.all([...names.map((step) => traced({ step }, () => call(`/${step}`))), call('/none')])
    const calls = emulator.journal.entries.filter(({ kind }) => kind !== 'invoke')
    const found = calls.map(({ kind, label, response, trace }) => {
      const [name = ''] = /(one|two|three|none)-(node|fetch|axios)/.exec(JSON.stringify([label, response])) ?? []
      return [kind, name, trace]
    })
    const expected = [...names, 'none'].flatMap((step) =>
      ['node', 'fetch', 'axios'].flatMap((client) => {
        const trace = step === 'none' ? undefined : { step, operation: `webhook_received /${step}` }
        return [
          ['vendor', `${step}-${client}`, trace],
          ['botpress', `${step}-${client}`, trace],
        ]
      })
    )
    expect(found).toHaveLength(expected.length)
    expect(found).toEqual(expect.arrayContaining(expected))
    const seen = await traced({ step: 'one' }, () => call('/headers'))
    expect(seen.body).toContain('x-bp-operation')
    expect(seen.body).not.toContain(TRACE_HEADER)
  })
})

describe('the built LiveChat bundle', () => {
  const bundle = ['index.cjs', 'index.js']
    .map((file) => fileIn(`../../../integrations/livechat/.botpress/dist/${file}`))
    .find((path) => existsSync(path))
  /** What its definition declares and a session needs. */
  const livechatDeclared: Declared = {
    userTags: words('contactKey contactId email agentId'),
    conversationTags: {
      hitl: words(
        'threadKey thread thread2 thread3 thread4 contactUserId request claim openedAt closeReason agentId live'
      ),
    },
    messageTags: ['providerMessageId'],
    states: Object.fromEntries([
      ...words('sessionToken closed assigned step').map((name) => [name, 'conversation'] as const),
      ...words('installationToken installation registration renewal setUp').map(
        (name) => [name, 'integration'] as const
      ),
    ]),
    events: ['hitlAssigned', 'hitlStopped'],
    channels: { hitl: words('text image audio video file bloc') },
  }
  const agentToken = Buffer.from(`${defaultSeed.pat.accountId}:${defaultSeed.pat.token}`).toString('base64')
  const { clientId, organizationId } = defaultSeed
  const configuration = { clientId, organizationId, webhookSecret: 'a-secret', agentToken, groupId: 2 }

  it('gives every call of two sessions at the same time to its own step', { timeout: 30_000 }, async () => {
    if (!bundle) throw new Error('The integration livechat is not built. Run "npm run build" first.')
    const world = await startEmulator({ providers: [livechat] })
    const { url: emulatorUrl, hosts, botpress, journal } = world
    const spawned = await spawnInstance(bundle, { emulatorUrl, hosts, env: botpress.env })
    try {
      const install = { name: 'livechat', configuration, declared: livechatDeclared, invoke: spawned.invoke }
      const installation = await botpress.install(install)
      expect(installation.statusReason).toBeNull()
      const mark = journal.mark()
      const play = async (step: string) => {
        const user = botpress.endUser({ name: step, email: `${step}@example.com` })
        await user.escalate({ title: 'Help' })
        await user.say('hello')
      }
      await Promise.all(['ana', 'bob'].map((step) => traced({ step }, () => play(step))))
      await world.settled()
      const calls = journal.since(mark)
      const of = (name: string) =>
        calls
          .filter(({ trace }) => trace?.step === name)
          .map(({ kind, label, trace }) => [kind, label.replace(/(user|conv)_\w+/, '…'), trace?.operation].join(' '))
      expect(calls.filter(({ trace }) => !trace)).toEqual([])
      expect(of('ana').join('\n')).toContain(
        'vendor livechat POST /v3.6/customer/action/send_event message_created text'
      )
      expect(of('ana').join('\n')).toContain(
        'botpress POST /v1/chat/conversations/get-or-create action_triggered startHitl'
      )
      expect(
        of('bob')
          .map((line) => line.replace('bob', 'ana'))
          .toSorted()
      ).toEqual(of('ana').toSorted())
    } finally {
      await spawned.stop()
      await world.close()
    }
  })
})
