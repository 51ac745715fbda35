import { expect, it } from 'vitest'
import { Kit } from './livechat-kit'

const kit = new Kit()
const host = 'cdn.livechatinc.com'

const read = async (path: string) => {
  const response = await kit.lc.hosts[host]?.fetch(new Request(`https://${host}${path}`))
  if (!response) throw new Error(`Nobody answers for ${host}`)
  return { status: response.status, type: response.headers.get('content-type'), body: await response.text() }
}

it.each([
  ['anna', 'AN'],
  ['ben', 'BC'],
  ['bot', 'EB'],
])('shows the initials of %s', async (name, initials) => {
  const { status, type, body } = await read(`/avatars/${name}.png`)
  expect({ status, type }).toEqual({ status: 200, type: 'image/svg+xml' })
  expect(body).toContain(`>${initials}</text>`)
})

it('has no pictures of others', async () => {
  expect((await read('/avatars/chloe.png')).status).toBe(404)
  expect((await read('/cloud/anna.png')).status).toBe(501)
})
