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
  duplicateWebhook: { title: 'webhook delivered again', warm: {}, cold: {} },
  register: { title: 'register', warm: {}, cold: {} },
} as const satisfies Record<string, StepBudget>

export type StepName = keyof typeof budgets

/** Where a provider differs from the table: less because it can do with less, more for the reason beside it. */
const differences: Readonly<Record<string, Partial<Record<StepName, Record<Temperature, Budget>>>>> = {
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
 * How many bytes an integration may add to what the SDK alone weighs, minified. With Zoho SalesIQ come the registration
 * of a signed webhook, keys, a token source that all instances share, and three ways to close.
 */
export const addedBytesBudget = (provider: string): number => (provider === 'zoho-salesiq' ? 90 : 80) * KB
