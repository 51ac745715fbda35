import { Hono, type Context } from 'hono'
import { initialsPicture } from '../../initials-picture'
import { avatarPath, ownerOfAvatar } from './avatars'
import { requireDeveloperKey, requireScope, type Answer } from './call'
import { HubSpotError, OauthError } from './errors'
import { apiHost, downloadPath, readableFile } from './files'
import { postToken } from './oauth'
import { routePrefixes } from './route-prefixes'
import { routes, type Route } from './route-table'
import { getAccessToken, postIntrospect, postRevoke } from './token-info'
import type { World } from './world'

/** An assignment inside the call reaches the client before the id of its own thread does. */
const holdsAnswer = ({ settings }: World, route: Route): boolean =>
  settings.answerAfterWebhooks || (route.path.endsWith('/:channelId/messages') && settings.autoAssign?.delayMs === 0)

const run = async (world: World, route: Route, c: Context): Promise<Answer> => {
  if (route.credential === 'developer-key') requireDeveloperKey(world, c)
  else requireScope(world, c, route.credential)
  const answer = await route.run({ world, c })
  if (holdsAnswer(world, route)) await world.webhooks.settled(world.settings.holdAnswerMs)
  return answer
}

const respond = async (world: World, route: Route, c: Context): Promise<Response> => {
  try {
    const answer = await run(world, route, c)
    return 'body' in answer ? c.json(answer.body, answer.status, answer.headers ?? {}) : c.body(null, answer.status)
  } catch (error) {
    if (error instanceof HubSpotError) return c.json(error.body, error.status)
    throw error
  }
}

type OauthHandler = (world: World, c: Context) => Promise<Record<string, unknown>>

const oauthAnswer = async (world: World, c: Context, handle: OauthHandler): Promise<Response> => {
  try {
    return c.json(await handle(world, c))
  } catch (error) {
    if (error instanceof OauthError) return c.json(error.bodyFor(c.req.path.startsWith('/oauth/v1/')), 400)
    if (error instanceof HubSpotError) return c.json(error.body, error.status)
    throw error
  }
}

const download = (world: World, c: Context): Response => {
  const isHere = c.req.param('portalId') === String(world.state.portalId)
  const file = isHere ? readableFile(world, c.req.param('fileId') ?? '', c.req.query()) : undefined
  if (!file || c.req.param('name') !== file.name) return c.text('This file is not available', 403)
  return c.body(file.bytes, 200, { 'content-type': file.contentType })
}

const app = (world: World): Hono => {
  const hono = new Hono()
  for (const path of routePrefixes.tokens) hono.post(path, (c) => oauthAnswer(world, c, postToken))
  hono.post('/oauth/2026-03/token/introspect', (c) => oauthAnswer(world, c, postIntrospect))
  hono.post('/oauth/2026-03/token/revoke', (c) => oauthAnswer(world, c, postRevoke))
  hono.get('/oauth/v1/access-tokens/:token', (c) => oauthAnswer(world, c, getAccessToken))
  for (const route of routes) hono.on(route.method, route.path, (c) => respond(world, route, c))
  hono.get(downloadPath, (c) => download(world, c))
  hono.get(avatarPath, (c) => {
    const owner = ownerOfAvatar(world, new URL(c.req.url).pathname)
    return owner ? initialsPicture(owner.name) : c.text('This picture is not available', 404)
  })
  hono.notFound((c) => {
    const message = `The HubSpot emulator has no route ${c.req.method} ${c.req.path}. See its coverage table.`
    return c.json({ error: 'not_emulated', message }, 501)
  })
  return hono
}

/** Official examples use both hosts. */
export const hostsFor = (world: World): Readonly<Record<string, Hono>> => ({
  [apiHost]: app(world),
  'api.hubspot.com': app(world),
})
