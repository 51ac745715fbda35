import type { Verdict } from './judge'

/** A bad verdict that the provider, or a budget of ours, makes unavoidable. */
export type Reason = {
  provider?: string
  steps: RegExp
  causes: RegExp
  /** Which of the runs; all when absent. */
  runs?: RegExp
  verdict: Verdict
  /** One or two sentences for docs/reliability.md. */
  why: string
}

type Named = { provider: string; step: string; cause: string; run: string; verdict: Verdict }

const EVERY = /^every call$/
const USER_MESSAGE = /^user-/

export const reasons: readonly Reason[] = [
  {
    steps: USER_MESSAGE,
    causes: /^vendor-(slow|drop-after|cut)$/,
    runs: EVERY,
    verdict: 'doubled',
    why:
      'The provider has taken the message, and no answer at all arrives for as long as the step may last, not even to the ' +
      'question whether it is there. Nobody can know; the bot is told that it failed, and a user who writes it again is ' +
      'read twice. Silence would lose it in the other half of the cases.',
  },
  {
    provider: 'livechat',
    steps: USER_MESSAGE,
    causes: /^two-instances$/,
    verdict: 'doubled',
    why:
      'LiveChat does not say that it drops a second event with the same `custom_id`, and shows a message only after it is ' +
      'sent. A claim at Botpress would tell the two instances apart, for one call more per text; the budget is none ' +
      '(decision 4).',
  },
  {
    provider: 'zoho-salesiq',
    steps: USER_MESSAGE,
    causes: /^two-instances$/,
    verdict: 'doubled',
    why:
      'Zoho SalesIQ takes no key of ours with a message. A claim at Botpress would tell the two instances apart, for one ' +
      'call more per text; the budget is none (decision 4).',
  },
  {
    provider: 'hubspot',
    steps: USER_MESSAGE,
    causes: /^vendor-404$/,
    runs: EVERY,
    verdict: 'stuck',
    why:
      'HubSpot says of the message and of the thread itself that they do not exist, although they do. It is believed: the ' +
      'session ends, loudly, and the thread stays open.',
  },
  {
    steps: /^stopped/,
    causes: /^vendor-404$/,
    runs: EVERY,
    verdict: 'lost',
    why: 'The provider says to everybody and to every question that the chat does not exist, although it does. It is believed.',
  },
  {
    steps: /^start/,
    causes: /^killed-after-botpress$/,
    verdict: 'stuck',
    why:
      'The session is complete when the process ends, and only the answer to Botpress is lost. Nobody tells the ' +
      'integration that the bot has gone on without it: the chat stays open until an agent closes it.',
  },
  {
    steps: /^(assigned|transferred)/,
    causes: /^botpress-drop-after$/,
    verdict: 'doubled',
    why:
      'Botpress’s own client repeats a call whose answer is lost, also the one that creates an event, which has no key. The ' +
      'plugin tells the user of the agent each time.',
  },
  {
    provider: 'hubspot',
    steps: /^register$/,
    causes: /^killed-/,
    runs: /^call [167]$/,
    verdict: 'lost',
    why:
      'HubSpot is taken to end a refresh token as soon as it gives a new one. A process that ends between that answer and ' +
      'our note of it takes the connection with it; the registration says so, and how to connect again.',
  },
]

export const reasonOf = (played: Named): Reason | undefined =>
  reasons.find(
    ({ provider, steps, causes, runs, verdict }) =>
      (provider === undefined || provider === played.provider) &&
      verdict === played.verdict &&
      steps.test(played.step) &&
      causes.test(played.cause) &&
      (runs === undefined || runs.test(played.run))
  )

export const isKnown = (played: Named): boolean => reasonOf(played) !== undefined
