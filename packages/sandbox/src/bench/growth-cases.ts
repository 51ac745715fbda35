import type { Population } from './small-botpress'
import type { Which } from './variants'

export type Step = 'userText' | 'agentText' | 'assigned'

export const stepTitles: Readonly<Record<Step, string>> = {
  userText: 'message of the user',
  agentText: 'webhook with a message of an agent',
  assigned: 'webhook of an assignment',
}

/** Something there may be much of, and what has to cost the same all the same. */
export type GrowthCase = {
  title: string
  steps: readonly Step[]
  population(size: number): Population
  /** What an instance has seen when there is so much of it. */
  history(size: number): Iterable<[Step, Which]>
  /** The nth of the messages that are measured: all over what there is. */
  message(size: number, n: number): Which
}

/** No message twice. */
let messages = 0
const next = (): number => (messages = (messages + 1) % 100_000)

/** Neighbours in time are far apart, and every one has its turn: 7,919 is a prime. */
const spreadOver = (size: number, n: number): number => (n * 7_919) % size

const one = (session: number, agent = 0): Which => ({ session, agent, message: next() })

function* times<T>(size: number, make: (index: number) => T): Generator<T> {
  for (let index = 0; index < size; index += 1) yield make(index)
}

const alone: Population['agentOf'] = () => 0

export const growthCases: readonly GrowthCase[] = [
  {
    title: 'messages of one conversation',
    steps: ['userText', 'agentText'],
    population: () => ({ sessions: 1, agentOf: alone }),
    history: (size) => times(size, (index): [Step, Which] => [index % 2 === 0 ? 'userText' : 'agentText', one(0)]),
    message: () => one(0),
  },
  {
    title: 'live conversations',
    steps: ['userText', 'agentText', 'assigned'],
    population: (size) => ({ sessions: size, agentOf: alone }),
    history: (size) => times(size, (index): [Step, Which] => ['userText', one(index)]),
    message: (size, n) => one(spreadOver(size, n)),
  },
  {
    title: 'agents, each with a conversation',
    steps: ['agentText', 'assigned'],
    population: (size) => ({ sessions: size, agentOf: (session) => session }),
    history: (size) => times(size, (index): [Step, Which] => ['assigned', one(index, index)]),
    message: (size, n) => one(spreadOver(size, n), spreadOver(size, n)),
  },
]
