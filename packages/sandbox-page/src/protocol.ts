/**
 * What the page and the server of the sandbox say to each other. Types only: the server checks what comes in with
 * schemas of its own.
 *
 * - `GET  /api/providers`                               → `ProviderSummary[]`
 * - `GET  /api/providers/:provider/stream`              → server-sent events, named as the keys of `StreamEvents`
 * - `GET  /api/providers/:provider/settings`            → `SettingsForm`
 * - `GET  /api/providers/:provider/calls/:seq`          → `CallDetail`
 * - `GET  /api/providers/:provider/log`                 → `LogLine[]`
 * - `GET  /api/providers/:provider/media?url=…`         → the bytes behind an address that the emulators serve
 * - `POST /api/providers/:provider/uploads?name=…`      → the raw bytes of a file in, `Upload` out
 * - `POST /api/providers/:provider/actions`             → `Action` in, `ActionAnswer` out
 *
 * A refused request is answered with a status of 400 or more and a `Refusal`. Times are epoch ms by the emulated clock.
 */

export type ProviderSummary = {
  /** Folder below `integrations/`. */
  name: string
  /** Product name. */
  title: string
  state: 'starting' | 'ready' | 'failed'
  /** Why it could not be started. */
  error?: string
}

export type Refusal = { error: string }

/** Everything on the page but the journal. Sent whole whenever something of it has changed. */
export type View = {
  provider: { name: string; title: string; version: string }
  installation: Installation
  clock: { offsetMs: number }
  /** `stopped`: the process has ended by itself; the next step starts a fresh one. */
  instance: { state: 'running' | 'restarting' | 'stopped'; restarts: number }
  faults: readonly FaultSwitch[]
  faultScope: FaultScope
  /** Webhooks that are held back at the moment. */
  held: number
  words: DeskWords
  agents: readonly DeskAgent[]
  users: readonly User[]
  /** Oldest first. */
  chats: readonly DeskChat[]
}

/** As Botpress shows it to the bot builder. */
export type Installation = {
  status: 'registration_pending' | 'registered' | 'registration_failed' | 'unregistered'
  /** What the integration answered when the registration failed. */
  reason: string | null
  webhookUrl: string
}

export type FaultSwitch = {
  name: string
  title: string
  about: string
  on: boolean
  /** Whether `faultScope` says how often it hits. */
  scoped: boolean
}

/** Whether a fault hits the first call of each step that it fits, or every one of them. */
export type FaultScope = 'first' | 'every'

/** How the provider calls things. */
export type DeskWords = {
  /** Name of the agents' app. */
  desk: string
  agent: string
  /** One conversation with a contact, and several. */
  chat: string
  chats: string
  /** Names of the three lists. */
  waiting: string
  active: string
  closed: string
  /** Labels of what an agent can do. */
  take: string
  reply: string
  attach: string
  note: string
  transfer: string
  close: string
  /** What a private note is called once it is written. */
  noteName: string
  /** Absent where nothing of the kind exists. */
  miss?: string
}

export type DeskAgent = { id: string; name: string; picture?: string }

export type DeskChat = {
  /** Names the chat in actions. */
  key: string
  contact: { name: string; email?: string }
  state: 'waiting' | 'active' | 'closed'
  /** How it ended, in the provider's words. */
  outcome?: string
  /** Who answers now. */
  agent?: DeskAgent
  entries: readonly DeskEntry[]
  /** What the agents' app shows beside the chat: label and value. */
  details: readonly (readonly [string, string])[]
  /** The end users it belongs to. */
  users?: readonly string[]
}

/** One line of a chat as the agents' app shows it. */
export type DeskEntry = {
  id: string
  at: number
  /** `note` and `system` are never seen by the contact. */
  kind: 'contact' | 'agent' | 'note' | 'system'
  author: string
  text?: string
  file?: { name: string; url: string; contentType?: string }
}

/** An end user in the bot's chat. */
export type User = {
  id: string
  name: string
  email?: string
  /** Whether an agent is to read what the user writes. */
  hitlActive: boolean
  /** Name of the agent who has joined, as the integration has told it. */
  agent?: string
  items: readonly ChatItem[]
  /** What Botpress holds of the user's conversations. */
  conversations: readonly BotpressConversation[]
}

export type ChatItem = {
  id: string
  at: number
  /** `notice`: the bot's words about the hand-over. `failure`: what went wrong, which a real user would not see. */
  from: 'user' | 'bot' | 'agent' | 'notice' | 'failure'
  /** Name and picture of the agent, as the integration has told them. */
  name?: string
  picture?: string
  message: Message
  /** What the user may answer with one click. */
  choices?: readonly Choice[]
}

export type Choice = { label: string; value: 'human' }

/** A message in the words of the webchat. Addresses of media have to go through `media`. */
export type Message =
  | { type: 'text'; text: string }
  | { type: 'image'; imageUrl: string; title?: string }
  | { type: 'audio'; audioUrl: string; title?: string }
  | { type: 'video'; videoUrl: string; title?: string }
  | { type: 'file'; fileUrl: string; title?: string }
  | { type: 'location'; latitude: number; longitude: number; address?: string; title?: string }
  | { type: 'bloc'; items: readonly Message[] }
  /** Everything else that a bot may show: cards, choices and so on. */
  | { type: 'other'; name: string; text: string }

export type BotpressConversation = {
  id: string
  side: 'upstream' | 'downstream'
  tags: Readonly<Record<string, string>>
  states: readonly { name: string; payload: unknown }[]
}

export type Counts = { vendor: number; botpress: number; media: number }

/** Something that somebody did, and all calls that followed from it. */
export type Step = {
  id: string
  at: number
  title: string
  /** The end users it was about; empty for what concerns the installation. */
  users: readonly string[]
  counts: Counts
  /** The row of the table of budgets it is compared with; absent where there is none. */
  budget?: { title: string; temperature: 'warm' | 'cold'; vendor?: number; botpress?: number; kept: boolean }
  /** Why the table of budgets says nothing, where that is worth knowing. */
  unbudgeted?: string
  /** Titles of the faults that were switched on. */
  faults: readonly string[]
  running: boolean
  /** What the page told the person who did it. */
  error?: string
}

/** One exchange as the journal lists it. */
export type Call = {
  seq: number
  step?: string
  at: number
  kind: 'invoke' | 'botpress' | 'vendor' | 'webhook' | 'note'
  /** For example `Botpress → integration`. */
  direction: string
  label: string
  /** Absent for notes and for calls without an answer. */
  status?: number
  durationMs?: number
  ok: boolean
  /** The injected fault that hit it. */
  fault?: string
  /** The end users whose conversation it belongs to. */
  users: readonly string[]
}

/** Without secrets. */
export type CallDetail = {
  request?: unknown
  response?: unknown
  requestHeaders?: Readonly<Record<string, string>>
  responseHeaders?: Readonly<Record<string, string>>
}

/** One line the integration logged. */
export type LogLine = { text: string }

export type StreamEvents = {
  /** Everything; replaces whatever the page knew. Sent first, and after the provider was started over. */
  hello: { view: View; steps: readonly Step[]; calls: readonly Call[] }
  view: View
  /** New ones, and changed ones by id. */
  steps: readonly Step[]
  calls: readonly Call[]
}

export type SettingsForm = {
  /** JSON Schema (draft 7) of the integration's configuration, with titles and descriptions. */
  schema: JsonSchema
  /** Without those of secret fields. */
  values: Readonly<Record<string, unknown>>
  /** Names of fields whose values are hidden; a value that is left empty stays as it is. */
  secrets: readonly string[]
  /** JSON Schema of what a bot builder may set for one session. */
  sessionSchema: JsonSchema
  /** Seconds until the bot gives up when no agent joins; 0 for never. */
  assignmentTimeoutSeconds: number
}

export type JsonSchema = Readonly<Record<string, unknown>>

export type Upload = { id: string; url: string; name: string; type: 'image' | 'audio' | 'video' | 'file' }

export type Action =
  | { type: 'addUser'; name: string; email?: string }
  /** Media are uploaded first; their addresses are those of the answer. */
  | { type: 'userSays'; user: string; message: Message }
  | { type: 'userAsksForHuman'; user: string; title?: string; description?: string; options?: Record<string, unknown> }
  | { type: 'agentTakes'; chat: string; agent: string }
  | { type: 'agentWrites'; chat: string; agent: string; text: string }
  | { type: 'agentNotes'; chat: string; agent: string; text: string }
  | { type: 'agentSendsFile'; chat: string; agent: string; upload: string }
  | { type: 'agentTransfers'; chat: string; agent: string; to: string }
  | { type: 'agentCloses'; chat: string; agent: string }
  /** Nobody answers it. */
  | { type: 'chatIsMissed'; chat: string }
  | { type: 'saveSettings'; values: Record<string, unknown> }
  /** Those that fit the emulated account, as at the start; hidden values are right again. */
  | { type: 'useOwnSettings' }
  | { type: 'setAssignmentTimeout'; seconds: number }
  | { type: 'setFault'; name: string; on: boolean }
  | { type: 'setFaultScope'; scope: FaultScope }
  /** Sends the webhooks that are held back, the newest first. */
  | { type: 'releaseWebhooks' }
  | { type: 'killInstance' }
  | { type: 'moveClock'; ms: number }
  /** Forgets everything and starts the provider anew. */
  | { type: 'startOver' }

export type ActionAnswer = {
  /** Of a new user. */
  user?: string
  /** What is wrong with the settings, by field; empty when they were saved. */
  problems?: readonly SettingsProblem[]
}

export type SettingsProblem = { field: string; message: string }
