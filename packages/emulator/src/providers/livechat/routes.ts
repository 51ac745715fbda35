import { Hono, type Context } from 'hono'
import { initialsPicture } from '../../initials-picture'
import { deleteCustomerToken, getCustomerInfo, postCustomerToken } from './accounts'
import { agentActions, agentUpload, runAgentAction } from './agent-api'
import { configurationActions } from './configuration-api'
import { customerActions, customerUpload, runCustomerAction } from './customer-api'
import type { Answer } from './customer-call'
import { AccountsError, LiveChatError } from './errors'
import { avatarHost, ownerOfAvatar } from './avatars'
import { cdnHost, readUpload } from './uploads'
import type { World } from './world'

export const accountsHost = 'accounts.livechat.com'
export const apiHost = 'api.livechatinc.com'
export const apiVersion = 'v3.6'

/** The server journals these and counts them as unlisted. */
const hostApp = (host: string): Hono => {
  const app = new Hono()
  app.notFound((c) => {
    const message = `The LiveChat emulator has no route ${c.req.method} ${host}${c.req.path}. See its coverage table.`
    return c.json({ error: { type: 'not_emulated', message } }, 501)
  })
  return app
}

/** With an assignment inside the call, webhooks reach the client before it knows the id of its own chat. */
const holdsAnswer = ({ settings }: World, name: string): boolean =>
  settings.answerAfterWebhooks ||
  ((name === 'start_chat' || name === 'resume_chat') &&
    settings.autoAssign !== false &&
    settings.autoAssign.delayMs === 0)

const respond = async (world: World, c: Context, name: string, run: () => Promise<Answer>): Promise<Response> => {
  try {
    const answer = await run()
    if (holdsAnswer(world, name)) await world.webhooks.settled(world.settings.holdAnswerMs)
    if (answer === undefined && world.settings.emptyAnswer === 'nothing') return c.body(null, 200)
    return c.json(answer ?? {})
  } catch (error) {
    if (error instanceof LiveChatError) return c.json(error.body, error.status)
    throw error
  }
}

const apiApp = (world: World): Hono => {
  const app = hostApp(apiHost)
  const post = (api: string, name: string, run: (c: Context) => Promise<Answer>): void => {
    app.post(`/${apiVersion}/${api}/action/${name}`, (c) => respond(world, c, name, () => run(c)))
  }
  for (const [name, action] of Object.entries(customerActions)) {
    post('customer', name, (c) => runCustomerAction(world, c, action))
  }
  post('customer', 'upload_file', (c) => customerUpload(world, c))
  for (const [name, action] of Object.entries(agentActions))
    post('agent', name, (c) => runAgentAction(world, c, action))
  post('agent', 'upload_file', (c) => agentUpload(world, c))
  for (const [name, action] of Object.entries(configurationActions)) {
    post('configuration', name, (c) => runAgentAction(world, c, action))
  }
  return app
}

/** Requests this API cannot read are `invalid_request`; every refusal is a 401. */
const accountsAnswer = async (c: Context, run: () => Promise<Record<string, unknown>>): Promise<Response> => {
  try {
    return c.json(await run())
  } catch (error) {
    if (error instanceof AccountsError) return c.json(error.body, 401)
    if (error instanceof LiveChatError) return c.json(new AccountsError('invalid_request', error.message).body, 401)
    throw error
  }
}

const accountsApp = (world: World): Hono => {
  const app = hostApp(accountsHost)
  app.post('/v2/customer/token', (c) => accountsAnswer(c, () => postCustomerToken(world, c)))
  app.delete('/v2/customer/token', (c) => accountsAnswer(c, async () => deleteCustomerToken(world, c)))
  app.get('/v2/customer/info', (c) => accountsAnswer(c, async () => getCustomerInfo(world, c)))
  return app
}

/** Whether event files can be read without a credential is not documented [?]; here they can. */
const cdnApp = (world: World): Hono => {
  const app = hostApp(cdnHost)
  app.get('/api/file/lc/att/:id/:name', (c) => {
    const file = readUpload(world, new URL(c.req.url).pathname)
    if (!file) return c.json({ error: { type: 'not_found', message: 'File not found' } }, 404)
    return c.body(file.bytes, 200, { 'content-type': file.contentType })
  })
  return app
}

/** Pictures of agents and bots, under the addresses of the seed. */
const avatarApp = (world: World): Hono => {
  const app = hostApp(avatarHost)
  app.get('/avatars/:name', (c) => {
    const owner = ownerOfAvatar(world, new URL(c.req.url).pathname)
    return owner ? initialsPicture(owner.name) : c.text('No such picture', 404)
  })
  return app
}

export const hostsFor = (world: World): Readonly<Record<string, Hono>> => ({
  [accountsHost]: accountsApp(world),
  [apiHost]: apiApp(world),
  [cdnHost]: cdnApp(world),
  [avatarHost]: avatarApp(world),
})
