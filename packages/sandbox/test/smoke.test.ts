import { expect, it } from 'vitest'
import { livechatStage } from '../src/providers/livechat'
import { openStage } from '../src/stage'

it('smoke', async () => {
  const stage = await openStage(livechatStage, { instances: 'module' })
  console.log(stage.installation.status, stage.installation.statusReason)
  const user = stage.emulator.botpress.endUser({ name: 'Ana', email: 'ana@example.com' })
  await user.say('hello')
  await user.escalate({ title: 'Help', description: 'Printer on fire' })
  await stage.emulator.settled()
  const [chat] = stage.provider.chats
  console.log(JSON.stringify(chat, null, 1).slice(0, 3000))
  const anna = stage.provider.agent('anna@example.com')
  if (!chat) throw new Error('no chat')
  anna.join(chat.id)
  await stage.emulator.settled()
  anna.write(chat.id, 'hi there')
  await stage.emulator.settled()
  await user.say('my printer burns')
  await stage.emulator.settled()
  await stage.emulator.clock.advance(6000)
  await stage.emulator.settled()
  anna.close(chat.id)
  await stage.emulator.settled()
  await stage.emulator.clock.advance(6000)
  await stage.emulator.settled()
  console.log(
    user.transcript.map((t) => [t.from, t.agentName, t.type, JSON.stringify(t.payload)].join(' | ')).join('\n')
  )
  console.log(user.lastDeliveryErrors, stage.emulator.unlisted)
  for (const e of stage.emulator.journal.entries) console.log(e.kind, e.label, e.status, e.durationMs)
  expect(user.hitlActive).toBe(false)
  await stage.close()
})
