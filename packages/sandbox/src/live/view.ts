import type { JournalEntry } from '@hitl/emulator'
import type { Call, View } from '@hitl/sandbox-page/protocol'
import { toCall } from './calls'
import { faultSwitches } from './faults'
import { conversationIds, toUser } from './user-view'
import { hasDied, type LiveWorld, usersOfChat } from './world'

/** Everything on the page but the journal. */
export function viewOf(world: LiveWorld): View {
  const { provider, stage, desk, failures, faultsOn, faultScope, restarts, restarting } = world
  const { emulator, installation } = stage
  const { botpress, clock, deliveries } = emulator
  const secrets = secretsOf(world)
  return {
    provider: { name: provider.name, title: provider.title, version: provider.version },
    installation: {
      status: installation.status,
      reason: installation.statusReason,
      webhookUrl: installation.webhookUrl,
    },
    clock: { offsetMs: clock.offsetMs },
    instance: { state: restarting ? 'restarting' : hasDied(world) ? 'stopped' : 'running', restarts },
    faults: faultSwitches(faultsOn),
    faultScope,
    held: deliveries.heldCount(provider.name),
    words: desk.words,
    agents: desk.agents,
    users: botpress.endUsers.map((user) => toUser(user, { botpress, failures, secrets })),
    chats: desk.chats().map((chat) => ({ ...chat, users: usersOfChat(world, chat) })),
  }
}

/** The journal as the page lists it. */
export function callsOf(world: LiveWorld, entries: readonly JournalEntry[]): Call[] {
  const shown = { provider: world.provider.title, secrets: secretsOf(world), usersOf: usersOf(world) }
  return entries.flatMap((entry) => toCall(entry, shown) ?? [])
}

export const secretsOf = ({ secrets, stage }: LiveWorld): readonly string[] => [
  ...secrets,
  stage.emulator.botpress.token,
]

/** By the step it followed from; without one, by the conversations that it names. */
function usersOf({ steps, stage: { emulator } }: LiveWorld): (entry: JournalEntry) => readonly string[] {
  const { botpress } = emulator
  return (entry) => {
    if (entry.trace) return steps.usersOf(entry.trace.step)
    const text = JSON.stringify([entry.label, entry.request, entry.response])
    return botpress.endUsers
      .filter((user) => [user.id, ...conversationIds(user, botpress)].some((id) => text.includes(id)))
      .map(({ id }) => id)
  }
}
