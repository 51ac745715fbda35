import type { Action, ActionAnswer, StreamEvents, View } from '../../src/protocol'
import type { Sandbox } from './sandbox'

/** The first event of the stream: everything that the page is told when it opens. */
export async function readHello({ url, provider }: Sandbox): Promise<StreamEvents['hello']> {
  const response = await fetch(`${url}/api/providers/${provider}/stream`)
  if (!response.body) throw new Error(`The stream was answered ${response.status}`)
  let text = ''
  const decoder = new TextDecoder()
  for await (const chunk of response.body) {
    text += decoder.decode(chunk, { stream: true })
    const data = /^event: ?hello\ndata: ?(.*)\n\n/m.exec(text)?.[1]
    if (data === undefined) continue
    const hello: StreamEvents['hello'] = JSON.parse(data)
    return hello
  }
  throw new Error('The stream ended before it said hello')
}

export const readView = async (sandbox: Sandbox): Promise<View> => (await readHello(sandbox)).view

/** What a button of the page does, without the page: to get somewhere, never to test it. */
export async function act({ url, provider }: Sandbox, action: Action): Promise<ActionAnswer> {
  const response = await fetch(`${url}/api/providers/${provider}/actions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: url },
    body: JSON.stringify(action),
  })
  if (!response.ok) throw new Error(`${action.type} was answered ${response.status}: ${await response.text()}`)
  const answer: ActionAnswer = JSON.parse(await response.text())
  return answer
}

/** A user who has not said anything. Returns the id. */
export async function newUser(sandbox: Sandbox, name: string): Promise<string> {
  const email = `${name.toLowerCase().replace(/[^a-z0-9]+/g, '-')}@example.com`
  const { user } = await act(sandbox, { type: 'addUser', name, email })
  if (user === undefined) throw new Error('The user was not added')
  return user
}

/** A user in a session that the first agent has taken, old enough for everything to be told at once. */
export async function newSession(sandbox: Sandbox, name: string): Promise<{ user: string; chat: string }> {
  const user = await newUser(sandbox, name)
  await act(sandbox, { type: 'userAsksForHuman', user })
  const { chats, agents } = await readView(sandbox)
  const chat = chats.findLast(({ contact }) => contact.name === name)?.key
  if (chat === undefined || agents[0] === undefined) throw new Error('The session has not started')
  await act(sandbox, { type: 'agentTakes', chat, agent: agents[0].id })
  await act(sandbox, { type: 'moveClock', ms: 5_000 })
  return { user, chat }
}
