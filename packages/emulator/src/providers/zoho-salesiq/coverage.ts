import type { CoverageRow } from '../../provider'

type Rows = Readonly<Record<string, string | true>>

/** `true` is supported, a text is partial and says what is left out. */
const rows = (table: Rows): CoverageRow[] =>
  Object.entries(table).map(([route, note]) => ({
    route,
    ...(note === true ? { status: 'supported' } : { status: 'partial', note }),
  }))

const missing = (notes: Readonly<Record<string, string>>): CoverageRow[] =>
  Object.entries(notes).map(([route, note]) => ({ route, status: 'missing', note }))

/** Stand for the hosts of the nine data centres, which all have the same routes. */
export const accountsPlaceholder = '{accounts}'
export const salesIqPlaceholder = '{siq}'

const visitor = `${salesIqPlaceholder}/api/visitor/v1/:screen`
const portal = `${salesIqPlaceholder}/api/v2/:screen`
const oldVisitor = `${salesIqPlaceholder}/visitor/v2/:screen`

const notNeeded = 'no integration needs it yet'
const unseenMethod = 'the method is a guess: the setting closeMethod says which one works'

/** Every call the fact sheet names, written by hand and compared with the routes by a test. */
export const coverage: readonly CoverageRow[] = [
  ...rows({
    [`POST ${accountsPlaceholder}/oauth/v2/token`]: 'refresh_token and authorization_code grants',
    [`POST ${accountsPlaceholder}/oauth/v2/token/revoke`]: 'the parameter and the answer are guesses',
    [`POST ${visitor}/conversations`]: 'the size of past_messages is not limited',
    [`POST ${visitor}/conversations/:id/messages`]: 'the length of texts is not limited',
    [`PUT ${oldVisitor}/conversations/:id/close`]: unseenMethod,
    [`POST ${oldVisitor}/conversations/:id/close`]: unseenMethod,
    [`PUT ${portal}/conversations/:id/close`]: unseenMethod,
    [`POST ${portal}/conversations/:id/close`]: unseenMethod,
    [`GET ${portal}/conversations`]: 'lists every department when none is named',
    [`GET ${portal}/conversations/:id`]: 'no supervisors, ratings or tracking',
    [`GET ${portal}/conversations/:id/messages`]: 'how files look in it is a guess',
    [`POST ${portal}/conversations/:id/messages`]: 'speaks as whoever answers the conversation; the answer is a guess',
    [`PUT ${portal}/conversations/:id/transfer`]: 'a named operator accepts at once',
    [`GET ${portal}/apps`]: 'only the members the fact sheet names',
    [`GET ${portal}/apps/:id`]: 'only the members the fact sheet names',
    [`GET ${portal}/departments`]: 'what index counts is a setting',
    [`GET ${portal}/departments/:id`]: 'answers as the list does',
    [`POST ${portal}/webhooks`]: 'administration webhooks are kept but never sent',
    [`GET ${portal}/webhooks`]: true,
    [`GET ${portal}/webhooks/:id`]: true,
    [`PUT ${portal}/webhooks/:id`]: true,
    [`DELETE ${portal}/webhooks/:id`]: 'the answer is a guess',
    [`POST ${portal}/webhooks/:id/keys`]: true,
    [`DELETE ${portal}/webhooks/:id/keys/:key`]: 'the answer is a guess',
    [`GET ${salesIqPlaceholder}/:screen/attachments/:id/:name`]: 'the path is ours; readable without a credential',
  }),
  ...missing({
    [`GET ${accountsPlaceholder}/oauth/v2/org/auth`]: 'a page for people: use consentTo',
    [`GET ${accountsPlaceholder}/oauth/v2/auth`]: 'a page for people: use grantCode',
    [`POST ${oldVisitor}/conversations`]: 'the v1 form is the one proven live',
    [`POST ${oldVisitor}/conversations/leavemessage`]: notNeeded,
    [`PUT ${portal}/conversations/:id`]: 'customer_info after the opening',
    [`GET ${portal}/conversations/:id/visitor`]: notNeeded,
    [`GET ${portal}/conversations/:id/threads`]: notNeeded,
    [`POST ${portal}/visitors/:email/messages`]: 'goes to whichever conversation is the latest',
    [`POST ${portal}/tags`]: notNeeded,
    [`GET ${portal}/operators`]: 'the paths of operators are not in the fact sheet',
    [`GET ${portal}/webhooks/:id/executions`]: 'failed deliveries are counted, not stored',
    [`POST ${portal}/webhooks/:id/executions`]: 'failed deliveries are counted, not stored',
    [`POST ${portal}/webhooks/:id/executions/:execution`]: 'failed deliveries are counted, not stored',
  }),
]
