import {
  loadInstance,
  reroute,
  startEmulator,
  type Emulator,
  type EndUser,
  type ProviderEmulator,
  type ProviderEmulatorFactory,
} from '@hitl/emulator'
import { defaultSeed as hubspotSeed, type HubSpotEmulator } from '@hitl/emulator/hubspot'
import { defaultSeed as livechatSeed, type LiveChatEmulator } from '@hitl/emulator/livechat'
import { defaultSeed as zohoSeed, type ZohoSalesIqEmulator } from '@hitl/emulator/zoho-salesiq'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { declaredOf } from '../src/declared'
import { hubspotStage } from '../src/providers/hubspot'
import { livechatStage } from '../src/providers/livechat'
import { zohoSalesIqStage } from '../src/providers/zoho-salesiq'
import { bundleOf, type StageProvider } from '../src/stage'
import { captureConsole, shiftTime } from '../src/testing/process-patches'

/** What an agent does and sees, by the key of a chat. */
type Hands = {
  /** Chats of the integration, oldest first. */
  keys(): readonly string[]
  texts(key: string): readonly string[]
  isOpen(key: string): boolean
  take(key: string): void
  write(key: string, text: string): void
  sendFile(key: string, name: string): void
  close(key: string): void
  /** Every id the provider has given out so far and still shows. */
  ids(): readonly string[]
}

const file = (name: string) => ({ name, contentType: 'text/plain', bytes: new TextEncoder().encode(name) })

function livechatHands(provider: LiveChatEmulator): Hands {
  const agent = () => provider.agent(livechatSeed.agents[0]?.email ?? '')
  const eventsOf = (key: string) => provider.chat(key).threads.flatMap(({ events }) => events)
  return {
    keys: () => provider.chats.map(({ id }) => id),
    texts: (key) => eventsOf(key).map(({ content }) => String(content['text'] ?? content['name'])),
    isOpen: (key) => provider.chat(key).active,
    take: (key) => agent().join(key),
    write: (key, text) => void agent().write(key, text),
    sendFile: (key, name) => void agent().sendFile(key, file(name)),
    close: (key) => agent().close(key),
    ids: () => [
      ...provider.chats.flatMap(({ id, customer, threads }) => [id, customer.id, ...threads.map((one) => one.id)]),
      ...provider.chats.flatMap(({ id }) => eventsOf(id).map((event) => event.id)),
    ],
  }
}

function zohoHands(provider: ZohoSalesIqEmulator): Hands {
  const agent = () => provider.agent(zohoSeed.operators[0]?.id ?? '')
  return {
    keys: () => provider.conversations.map(({ id }) => id),
    texts: (key) => provider.conversation(key).messages.map(({ text, file: sent }) => text ?? sent?.name ?? ''),
    isOpen: (key) => ['waiting', 'connected'].includes(provider.conversation(key).state),
    take: (key) => agent().pickUp(key),
    write: (key, text) => void agent().write(key, text),
    sendFile: (key, name) => void agent().sendFile(key, file(name)),
    close: (key) => agent().close(key),
    ids: () => provider.conversations.flatMap(({ id, hexId, referenceId }) => [id, hexId, referenceId]),
  }
}

function hubspotHands(provider: HubSpotEmulator): Hands {
  const agent = () => provider.agent(hubspotSeed.users[0]?.id ?? 0)
  const ours = () => provider.threads.filter(({ integrationThreadIds }) => integrationThreadIds.length > 0)
  return {
    keys: () => ours().map(({ id }) => id),
    texts: (key) => provider.thread(key).messages.map(({ text }) => text),
    isOpen: (key) => provider.thread(key).status === 'OPEN',
    take: (key) => agent().take(key),
    write: (key, text) => void agent().reply(key, text),
    sendFile: (key, name) => void agent().attach(key, file(name)),
    close: (key) => agent().close(key),
    ids: () => [
      ...ours().flatMap(({ id, messages }) => [id, ...messages.map((message) => message.id)]),
      ...provider.files.map(({ id }) => id),
      ...provider.channels.map(({ id }) => id),
      ...provider.channelAccounts.map(({ id }) => id),
      ...provider.subscriptions.map(({ id }) => String(id)),
    ],
  }
}

let cleanUps: (() => Promise<void> | void)[] = []
let time: ReturnType<typeof shiftTime>

beforeEach(() => {
  const console = captureConsole()
  time = shiftTime()
  cleanUps = [time.restore, console.restore]
})

afterEach(async () => {
  for (const cleanUp of cleanUps.toReversed()) await cleanUp()
})

type Opened<P extends ProviderEmulator> = { emulator: Emulator<readonly [ProviderEmulatorFactory<P>]>; hands: Hands }

/** Emulator and rerouter, from a saved state if there is one. */
async function open<P extends ProviderEmulator>(
  { emulate }: StageProvider<P>,
  handsOf: (provider: P) => Hands,
  saved?: Uint8Array
): Promise<Opened<P> & { close(): Promise<void> }> {
  const emulator = await startEmulator({ providers: [emulate] as const, ...(saved ? { saved } : {}) })
  const undo = reroute({ emulatorUrl: emulator.url, hosts: emulator.hosts })
  let isOpen = true
  const close = async () => {
    if (!isOpen) return
    isOpen = false
    undo()
    await emulator.close()
  }
  cleanUps.push(close)
  return { emulator, hands: handsOf(emulator.providers[0]), close }
}

/** The built bundle, with nothing in its memory. */
const installOptions = <P extends ProviderEmulator>(stage: StageProvider<P>, { emulator }: Opened<P>) => ({
  name: stage.definition.name,
  configuration: stage.settings(emulator.providers[0]),
  declared: declaredOf(stage.definition),
  invoke: loadInstance(bundleOf(stage.folder), { env: emulator.botpress.env }),
})

/** Bundle and emulator tell the time by the same clock, so moving that moves both. */
async function pass<P extends ProviderEmulator>({ emulator }: Opened<P>, ms: number): Promise<void> {
  await emulator.settled()
  time.shift(ms)
  await emulator.clock.advance(0)
  await emulator.settled()
}

const heard = (user: EndUser | undefined) =>
  (user?.transcript ?? []).flatMap(({ from, payload }) => (from === 'agent' ? [String(payload['text'] ?? 'file')] : []))

function only<T>(items: readonly T[]): T {
  const [item] = items
  if (item === undefined || items.length > 1) throw new Error(`There are ${items.length} instead of one`)
  return item
}

function suite<P extends ProviderEmulator>(stage: StageProvider<P>, handsOf: (provider: P) => Hands): void {
  /** Ana has talked to an agent, whose latest words Botpress still holds back. */
  const openSession = async () => {
    const first = await open(stage, handsOf)
    const installation = await first.emulator.botpress.install(installOptions(stage, first))
    expect(installation).toMatchObject({ status: 'registered' })
    const ana = first.emulator.botpress.endUser({ name: 'Ana', email: 'ana@example.com' })
    await ana.say('I need a human')
    await ana.escalate({ title: 'Printer', description: 'It is on fire' })
    await first.emulator.settled()
    const key = only(first.hands.keys())
    first.hands.take(key)
    await ana.say('said before the restart')
    await first.emulator.settled()
    first.hands.write(key, 'held back')
    await first.emulator.settled()
    return { first, installation, ana, key }
  }

  const restart = async (first: Awaited<ReturnType<typeof openSession>>['first']) => {
    const saved = first.emulator.save()
    await first.close()
    const second = await open(stage, handsOf, saved)
    return { second, saved }
  }

  describe(`a session with ${stage.folder}`, () => {
    it('goes on after a restart in its middle, with a fresh instance, until the agent closes it', async () => {
      const { first, installation, ana, key } = await openSession()
      expect(heard(ana)).toEqual([])
      const { second } = await restart(first)
      const resumed = second.emulator.botpress.resume(installOptions(stage, second))
      expect(resumed).toMatchObject({ id: installation.id, webhookId: installation.webhookId, status: 'registered' })
      const again = only(second.emulator.botpress.endUsers)
      expect(again).toMatchObject({ id: ana.id, name: 'Ana', hitlActive: true })
      expect(only(second.hands.keys())).toBe(key)
      expect(second.hands.texts(key)).toContain('said before the restart')

      await pass(second, 10_000)
      expect(heard(again)).toEqual(['held back'])

      await again.say('said after the restart')
      await second.emulator.settled()
      expect(again.lastDeliveryErrors).toEqual([])
      expect(second.hands.texts(key)).toContain('said after the restart')

      second.hands.write(key, 'Yes, I am still here')
      second.hands.sendFile(key, 'manual.txt')
      await pass(second, 10_000)
      expect(heard(again)).toHaveLength(3)
      expect(heard(again)).toContain('Yes, I am still here')

      second.hands.close(key)
      await pass(second, 10_000)
      expect(again.hitlActive).toBe(false)
      expect(second.hands.isOpen(key)).toBe(false)
      expect(second.emulator.unlisted).toEqual([])
      const operations = second.emulator.journal.since(first.emulator.journal.mark(), 'invoke')
      expect(operations.map(({ label }) => label)).not.toContain('register')
    })

    it('can be ended by the user after a restart', async () => {
      const { first, key } = await openSession()
      const { second } = await restart(first)
      second.emulator.botpress.resume(installOptions(stage, second))
      const again = only(second.emulator.botpress.endUsers)
      await again.end()
      await second.emulator.settled()
      expect(again.hitlActive).toBe(false)
      expect(second.hands.isOpen(key)).toBe(false)
    })

    it('shares no id with a session that is opened after a restart', async () => {
      const { first } = await openSession()
      const { second } = await restart(first)
      second.emulator.botpress.resume(installOptions(stage, second))
      const before = second.hands.ids()
      const ben = second.emulator.botpress.endUser({ name: 'Ben', email: 'ben@example.com' })
      await ben.say('Me too')
      await ben.escalate()
      await second.emulator.settled()
      const key = only(second.hands.keys().slice(1))
      second.hands.take(key)
      second.hands.write(key, 'Hello Ben')
      await pass(second, 10_000)
      expect(heard(ben)).toEqual(['Hello Ben'])
      expect(heard(second.emulator.botpress.endUsers[0])).toEqual(['held back'])
      const after = second.hands.ids()
      expect(after.length).toBeGreaterThan(before.length)
      expect(new Set(after).size).toBe(after.length)
    })

    it('takes no more room when it is saved again', async () => {
      const { first } = await openSession()
      const { second, saved } = await restart(first)
      expect(second.emulator.save()).toEqual(saved)
      second.emulator.botpress.resume(installOptions(stage, second))
      expect(second.emulator.save().byteLength).toBe(saved.byteLength)
    })
  })
}

suite(livechatStage, livechatHands)
suite(zohoSalesIqStage, zohoHands)
suite(hubspotStage, hubspotHands)
