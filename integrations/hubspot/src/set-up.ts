import { hash, type InstallationNote, type Log } from '@hitl/core'
import * as z from 'zod/mini'
import type { HubSpotClient } from './client'
import type { HubSpotConfig } from './config'
import type { HubSpotThread } from './thread'

/** What was made at HubSpot so far. */
const setUp = z.object({
  portalId: z.optional(z.string()),
  /** Hash of the settings with which all was proved and made. */
  doneWith: z.optional(z.string()),
  /** App the channel belongs to. */
  appId: z.optional(z.string()),
  channelId: z.optional(z.string()),
  /** When the channel was made, or its making was asked for without an answer; epoch ms. */
  madeAt: z.optional(z.number()),
  /** Account by inbox, all texts. */
  accounts: z.looseObject({}),
  /** The inbox of the settings, and those of former settings whose accounts may still be switched on. */
  helpDeskId: z.optional(z.string()),
  leaving: z.optional(z.array(z.string())),
  /** Whether the app's webhook address is ours, and the ids of the subscriptions that we made or switched on. */
  hasTarget: z.optional(z.boolean()),
  subscriptions: z.optional(z.array(z.string())),
  /** What has to be done by hand and was said. */
  told: z.optional(z.string()),
})
export type SetUp = z.infer<typeof setUp>

export type Place = Pick<HubSpotThread, 'portalId' | 'channelId' | 'accountId'>

/** What it takes to look at what is there. */
export type LookTools = {
  client: HubSpotClient
  config: HubSpotConfig
  webhookUrl: string
}

export type SetUpTools = LookTools & {
  note: InstallationNote
  log: Log
  /** Threads of sessions that go on; undefined when that cannot be told. */
  liveThreads(): Promise<readonly unknown[] | undefined>
}

function readSetUp(note: unknown): SetUp {
  const parsed = setUp.safeParse(note)
  return parsed.success ? parsed.data : { accounts: {} }
}

/** What is noted, unless it is about another app. Read anew, or as this instance knew it within the last minute. */
export async function current({ note, config }: SetUpTools, fresh = true): Promise<SetUp> {
  const noted = readSetUp(await note.read(fresh))
  return noted.appId === config.appId ? noted : { accounts: {} }
}

/** The app of former settings, as last read. */
export async function formerApp({ note, config }: SetUpTools): Promise<string | undefined> {
  const { appId } = readSetUp(await note.read())
  return appId === config.appId ? undefined : appId
}

export const write = ({ note, config }: SetUpTools, changed: SetUp): Promise<void> =>
  note.write({ ...changed, appId: config.appId })

/** Notes something beside what is noted now. */
export async function change(tools: SetUpTools, changes: Partial<SetUp>): Promise<void> {
  await write(tools, { ...(await current(tools)), ...changes })
}

/** This long after it was made a channel may not be found yet, in ms. */
const PROPAGATION_MS = 15 * 60_000

export const isYoung = ({ madeAt = 0 }: SetUp): boolean => Date.now() - madeAt < PROPAGATION_MS

export const hashOf = (config: HubSpotConfig): string => hash(JSON.stringify(config))
