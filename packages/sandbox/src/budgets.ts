/** How many calls one step of a journey may cost. Absent means that the number is only shown. */
export type Budget = { vendor?: number; botpress?: number }

/** `warm`: the instance has served this session before. `cold`: it has just started. */
export type Temperature = 'warm' | 'cold'

export type StepBudget = { title: string } & Record<Temperature, Budget>

/**
 * The checked-in table: `npm start` compares one run with it and `pnpm bench` every step, warm and cold. A number may
 * go down in any change; one that goes up needs a reason in the same commit.
 */
export const budgets = {
  userText: { title: 'user text', warm: { vendor: 1, botpress: 0 }, cold: { vendor: 1, botpress: 2 } },
  agentMessage: { title: 'agent message', warm: { vendor: 0, botpress: 1 }, cold: { vendor: 0, botpress: 2 } },
  agentMessageUnseen: {
    title: 'agent message, agent seen first',
    warm: { vendor: 1, botpress: 1 },
    cold: { vendor: 1, botpress: 2 },
  },
  agentAssigned: { title: 'agent assigned', warm: { vendor: 1, botpress: 4 }, cold: { vendor: 1, botpress: 4 } },
  closed: { title: 'closed by the agent', warm: { vendor: 0, botpress: 3 }, cold: { vendor: 0, botpress: 3 } },
  startHitl: { title: 'startHitl, first time', warm: { vendor: 4, botpress: 6 }, cold: { vendor: 4, botpress: 6 } },
  startHitlAgain: {
    title: 'startHitl, returning user',
    warm: { vendor: 4, botpress: 6 },
    cold: { vendor: 4, botpress: 6 },
  },
  createUser: { title: 'createUser', warm: {}, cold: {} },
  agentChanged: { title: 'agent changed (transfer)', warm: {}, cold: {} },
  userImage: { title: 'user image', warm: {}, cold: {} },
  stopHitl: { title: 'stopHitl', warm: {}, cold: {} },
  foreignWebhook: { title: 'webhook of a foreign thread', warm: {}, cold: {} },
  foreignBatch: {
    title: 'webhook with 100 foreign events',
    warm: { vendor: 0, botpress: 5 },
    cold: { vendor: 0, botpress: 5 },
  },
  duplicateWebhook: { title: 'webhook delivered again', warm: {}, cold: {} },
  register: { title: 'register', warm: {}, cold: {} },
} as const satisfies Record<string, StepBudget>

export type StepName = keyof typeof budgets

/** Providers that put many events into one webhook. */
const BATCHING: ReadonlySet<string> = new Set(['hubspot'])

/** The steps that there are with a provider. */
export const stepsOf = (provider: string): readonly string[] =>
  Object.keys(budgets).filter((step) => step !== 'foreignBatch' || BATCHING.has(provider))

/** Where a provider differs from the table: less because it can do with less, more for the reason beside it. */
const differences: Readonly<Record<string, Partial<Record<StepName, Record<Temperature, Budget>>>>> = {
  hubspot: {
    // A webhook names its session and its agent: nothing has to be looked up.
    agentMessage: { warm: { vendor: 0, botpress: 1 }, cold: { vendor: 0, botpress: 1 } },
    agentMessageUnseen: { warm: { vendor: 0, botpress: 1 }, cold: { vendor: 0, botpress: 1 } },
    // Cold, one more than elsewhere: the access token is read, to ask for the agent's name.
    agentAssigned: { warm: { vendor: 1, botpress: 4 }, cold: { vendor: 1, botpress: 5 } },
    // One more than elsewhere: the session is taken out of the list of live ones.
    closed: { warm: { vendor: 0, botpress: 4 }, cold: { vendor: 0, botpress: 4 } },
    // Contact, message, comment. Cold, where the channel is was noted by the registration.
    startHitl: { warm: { vendor: 3, botpress: 6 }, cold: { vendor: 3, botpress: 7 } },
    startHitlAgain: { warm: { vendor: 3, botpress: 6 }, cold: { vendor: 3, botpress: 7 } },
  },
  'zoho-salesiq': {
    agentMessageUnseen: budgets.agentMessage,
    agentAssigned: { warm: { vendor: 0, botpress: 4 }, cold: { vendor: 0, botpress: 4 } },
    startHitl: { warm: { vendor: 2, botpress: 6 }, cold: { vendor: 2, botpress: 6 } },
    // Cold, one Botpress call more: the keys of the webhook are read once here, so that no webhook has to.
    startHitlAgain: { warm: { vendor: 2, botpress: 6 }, cold: { vendor: 2, botpress: 7 } },
  },
}

/** The budget of a step; nothing is limited where the table says nothing. @param provider folder of the integration */
export function budgetOf(step: StepName, temperature: Temperature, provider: string): Budget {
  return (differences[provider]?.[step] ?? budgets[step])[temperature]
}

const KB = 1024

/**
 * With Zoho SalesIQ come the registration of a signed webhook, keys, a shared token source, and three ways to close; with
 * both the connection in the browser, which is 8 KB with its page and its sentences (docs/decisions/0020).
 */
const ADDED_KB: Readonly<Record<string, number>> = {
  'zoho-salesiq': 99,
  // 52 KB of it are htmlparser2 (docs/decisions/0012); then the set-up of channel, accounts and app webhooks.
  hubspot: 169,
}

/** How many bytes an integration may add to what the SDK alone weighs, minified. */
export const addedBytesBudget = (provider: string): number => (ADDED_KB[provider] ?? 80) * KB
