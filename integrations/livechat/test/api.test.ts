import { expect, it } from 'vitest'
import { useWorld, thread, secrets, shortenWaits, failureOf, refusal, readUpload } from './helpers'
const world = useWorld()
it('probe', async () => {
  const w = world()
  await w.storeToken(w.sessionId)
  w.vendor.on('customer/send_event', { json: { event_id: 'e' } })
  await w.session().sendMessage(thread, { id: 'msg', parts: [{ kind: 'text', text: 'hi' }] })
  console.log(w.vendor.calls)
})
it('probe2', async () => {
  const w = world()
  await w.storeToken(w.sessionId)
  const waits = shortenWaits()
  w.vendor
    .on('customer/send_event', { drop: 'ECONNRESET' })
    .on('customer/get_chat', { json: { thread: { id: 'K', active: true, events: [] } } })
    .on('customer/send_event', refusal('too_many_requests', 429))
    .on('customer/send_event', { json: { event_id: 'e' } })
  await w.session().sendMessage(thread, { id: 'msg', parts: [{ kind: 'text', text: 'hi' }] })
  console.log(w.vendor.names(), waits)
})
it('probe3', async () => {
  const w = world()
  await w.storeToken(w.sessionId)
  w.vendor
    .onDownload('https://files.bpcontent.cloud/a/photo.png?x=1', {
      body: Buffer.from([0x89, 0x50, 0, 255, 13, 10]),
      headers: { 'content-type': 'image/png' },
    })
    .on('customer/upload_file', { json: { url: 'https://cdn/x' } })
    .on('customer/send_event', { json: { event_id: 'e' } })
  await w
    .session()
    .sendMessage(thread, {
      id: 'msg',
      parts: [{ kind: 'image', url: 'https://files.bpcontent.cloud/a/photo.png?x=1' }],
    })
  console.log(w.vendor.calls, readUpload(w.vendor.calls[1]))
})
it('probe4 no match', async () => {
  const w = world()
  shortenWaits()
  await w.storeToken(w.sessionId)
  console.log(
    await failureOf(w.session().sendMessage(thread, { id: 'msg', parts: [{ kind: 'text', text: 'hi' }] })),
    secrets.cookie
  )
})
