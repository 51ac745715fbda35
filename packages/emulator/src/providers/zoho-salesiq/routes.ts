import { Hono, type Context } from 'hono'
import { postRevoke, postToken } from './accounts'
import { openCall, type Answer } from './call'
import { coverage, salesIqPlaceholder } from './coverage'
import { dataCenters, type DataCenter } from './data-centers'
import { AccountsError, invalid, matchingStatuses, refuse, SalesIqError } from './errors'
import { routes, type Route } from './route-table'
import { requireScope } from './scopes'
import type { World } from './world'

const answerOf = (world: World, c: Context, answer: Answer): Response => {
  if (answer === 'nothing') return c.body(null, world.settings.emptyAnswerStatus)
  // Documented for lists only, although the sample of a generated key has it too.
  const syncTime = answer.object === 'list' ? { sync_time: String(world.services.clock.now()) } : {}
  return c.json({ url: c.req.path, ...answer, ...syncTime })
}

const refusalOf = ({ settings }: World, c: Context, error: SalesIqError): Response =>
  c.json(error.body, settings.errorStatus === 'matching' ? matchingStatuses[error.kind] : 200)

/** An assignment inside the call reaches the client before it knows the id of its own conversation. */
const holdsAnswer = ({ settings }: World, route: Route): boolean =>
  settings.answerAfterWebhooks || (route.path.endsWith('/conversations') && settings.autoAssign?.delayMs === 0)

const run = async (world: World, dataCenter: DataCenter, route: Route, c: Context): Promise<Answer> => {
  if (route.methodIsRight?.(world.settings) === false) throw refuse('WRONG_METHOD', 'Invalid HTTP method')
  const call = openCall(world, dataCenter, c)
  if (route.orgOnly && call.token.kind !== 'org') {
    throw refuse('INVALID_SCOPE', 'Invalid OAuth scope: an org token is needed')
  }
  requireScope(call.token, route.scope)
  if (route.allowed?.(world.settings) === false) throw refuse('INVALID_SCOPE', 'Invalid OAuth scope')
  const [param] = Object.keys(c.req.query())
  if (param !== undefined && !route.takesQuery) throw invalid(`'${param}' is not a known parameter`, { param })
  const answer = await route.run(call)
  if (holdsAnswer(world, route)) await world.webhooks.settled(world.settings.holdAnswerMs)
  return answer
}

const respond = async (world: World, dataCenter: DataCenter, route: Route, c: Context): Promise<Response> => {
  try {
    return answerOf(world, c, await run(world, dataCenter, route, c))
  } catch (error) {
    if (error instanceof SalesIqError) return refusalOf(world, c, error)
    throw error
  }
}

const patternOf = (path: string): RegExp => new RegExp(`^${path.replaceAll(/:\w+/g, '[^/]+')}$`)

const knownPaths = [...new Set(routes.map(({ path }) => path))].map(patternOf)

/** Calls SalesIQ has and this emulator has not: they must not look like a wrong method. */
const missing = coverage
  .filter(({ status, route }) => status === 'missing' && route.includes(salesIqPlaceholder))
  .map(({ route }) => {
    const [method = '', address = ''] = route.split(' ')
    return { method, path: patternOf(address.replace(salesIqPlaceholder, '')) }
  })

const isWrongMethod = ({ method, path }: { method: string; path: string }): boolean =>
  knownPaths.some((known) => known.test(path)) && !missing.some((one) => one.method === method && one.path.test(path))

/** A known path with another method is SalesIQ's 1004; the server journals the rest and counts it as unlisted. */
const salesIqApp = (world: World, dataCenter: DataCenter): Hono => {
  const app = new Hono()
  for (const route of routes) app.on(route.method, route.path, (c) => respond(world, dataCenter, route, c))
  app.get('/:screen/attachments/:id/:name', (c) => {
    const { account, files } = world.state
    const isHere = account.dataCenter === dataCenter && c.req.param('screen') === account.screenName
    const file = isHere ? files.get(c.req.param('id')) : undefined
    if (!file || c.req.param('name') !== file.name) return c.text('No such attachment', 404)
    return c.body(file.bytes, 200, { 'content-type': file.contentType })
  })
  app.notFound((c) => {
    if (isWrongMethod(c.req)) {
      return refusalOf(world, c, refuse('WRONG_METHOD', 'Invalid HTTP method'))
    }
    return notEmulated(c, dataCenters[dataCenter].salesiq)
  })
  return app
}

const notEmulated = (c: Context, host: string): Response => {
  const message = `The Zoho SalesIQ emulator has no route ${c.req.method} ${host}${c.req.path}. See its coverage table.`
  return c.json({ error: 'not_emulated', message }, 501)
}

/** Errors have HTTP 200. */
const accountsAnswer = async (c: Context, run: () => Promise<Record<string, unknown>>): Promise<Response> => {
  try {
    return c.json(await run())
  } catch (error) {
    if (error instanceof AccountsError) return c.json(error.body)
    throw error
  }
}

const accountsApp = (world: World, dataCenter: DataCenter): Hono => {
  const app = new Hono()
  app.post('/oauth/v2/token', (c) => accountsAnswer(c, () => postToken(world, dataCenter, c)))
  app.post('/oauth/v2/token/revoke', (c) => accountsAnswer(c, () => postRevoke(world, dataCenter, c)))
  app.notFound((c) => notEmulated(c, dataCenters[dataCenter].accounts))
  return app
}

const dataCenterNames: readonly DataCenter[] = ['us', 'eu', 'in', 'au', 'cn', 'jp', 'ca', 'sa', 'uk']

export const hostsFor = (world: World): Readonly<Record<string, Hono>> =>
  Object.fromEntries(
    dataCenterNames.flatMap((name) => [
      [dataCenters[name].accounts, accountsApp(world, name)],
      [dataCenters[name].salesiq, salesIqApp(world, name)],
    ])
  )
