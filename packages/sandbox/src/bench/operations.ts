import type { Replay } from './replay'
import type { Request } from './recording'
import { MOST_VARIANTS } from './variants'

/** Sessions beyond these are of others, or yet to be opened. */
export const ALIVE = 10

const FOREIGN = MOST_VARIANTS / 2

/** One of the session for each operation, lest one ends what another goes on with. */
export type Operation = {
  title: string
  /** What the integration answers. */
  status: number
  /** The nth time it happens; each time something new. */
  request(replay: Replay, n: number): Request
}

const ofSession =
  (name: Parameters<Replay['request']>[0], session: number) =>
  (replay: Replay, n: number): Request =>
    replay.request(name, { session, agent: 0, message: n })

export const operations: readonly Operation[] = [
  { title: 'webhook with a message of an agent', status: 200, request: ofSession('agentText', 1) },
  { title: 'webhook of an assignment', status: 200, request: ofSession('assigned', 2) },
  {
    title: 'webhook of a foreign thread',
    status: 200,
    request: (replay, n) => replay.request('assigned', { session: FOREIGN + n, agent: 0, message: 0 }),
  },
  {
    title: 'webhook that is not authentic',
    status: 401,
    request: (replay, n) => replay.spoilt(ofSession('agentText', 3)(replay, n)),
  },
  { title: 'message of the user', status: 200, request: ofSession('userText', 4) },
  { title: 'createUser', status: 200, request: ofSession('createUser', 5) },
  {
    title: 'startHitl',
    status: 200,
    request: (replay, n) => replay.request('startHitl', { session: ALIVE + n, agent: 0, message: 0 }),
  },
  { title: 'stopHitl', status: 200, request: ofSession('stopHitl', 6) },
]
