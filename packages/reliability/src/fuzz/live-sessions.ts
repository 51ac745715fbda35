import type { OpenStage } from '@hitl/sandbox/providers'
import type { LiveSession } from './make-request'

/** Three sessions: one that waits for an agent, one that an agent answers, and one that is over. */
export async function openSessions({ stage, desk }: OpenStage): Promise<readonly LiveSession[]> {
  const { emulator, installation } = stage
  const [anna] = desk.agents
  const open = async (name: string): Promise<LiveSession> => {
    const user = emulator.botpress.endUser({ name, email: `${name.toLowerCase()}@example.com`, installation })
    const before = new Set(desk.threads().map(({ key }) => key))
    await user.say('Hello')
    await user.escalate({ title: 'Help' })
    await emulator.settled()
    const thread = desk.threads().find(({ key }) => !before.has(key))
    if (!thread || user.downstreamConversationId === undefined) throw new Error('No session was opened')
    return { threadKey: thread.key, conversationId: user.downstreamConversationId }
  }
  const [waiting, answered, over] = [await open('Ana'), await open('Bob'), await open('Cleo')]
  for (const { threadKey } of [answered, over]) desk.join({ key: threadKey }, anna)
  await emulator.settled()
  desk.close({ key: over.threadKey }, anna)
  await emulator.settled()
  return [waiting, answered, over]
}

/** The headers with which Botpress calls an instance of this installation. */
export async function webhookHeaders({ stage }: OpenStage): Promise<Record<string, string>> {
  const { installation } = stage
  let seen: Record<string, string> = {}
  installation.run(async ({ headers }) => {
    seen = headers
    return { status: 200, body: '{}' }
  })
  await installation.invoke('webhook_received', {})
  return seen
}
