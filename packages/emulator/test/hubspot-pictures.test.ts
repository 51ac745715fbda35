import { afterAll, beforeAll, expect, it } from 'vitest'
import { defaultSeed } from '../src/providers/hubspot'
import { HubSpotKit } from './hubspot-kit'

let kit: HubSpotKit
beforeAll(async () => {
  kit = await HubSpotKit.start()
})
afterAll(() => kit.close())

const read = async (address: string) => {
  const { host, pathname } = new URL(address)
  const response = await fetch(new URL(pathname, kit.emulator.url), { headers: { 'x-emulated-host': host } })
  return { status: response.status, type: response.headers.get('content-type'), body: await response.text() }
}

it.each(defaultSeed.users)('shows the initials of $name', async ({ name, avatar = '' }) => {
  const { status, type, body } = await read(avatar)
  expect({ status, type }).toEqual({ status: 200, type: 'image/svg+xml' })
  const initials = name.split(' ').map((word) => word.charAt(0))
  expect(body).toContain(`>${initials.join('')}</text>`)
})

it('has no pictures of others', async () => {
  expect((await read('https://api.hubapi.com/avatars/emulated/chloe.png')).status).toBe(404)
})
