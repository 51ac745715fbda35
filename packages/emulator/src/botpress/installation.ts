import { WEBHOOK_HOST } from '../hosts'
import { isRecord, parseJson, type JsonRecord } from '../json'
import { copyOf } from '../saved-copy'
import type { Caller, Declared } from './declared'

export type InvokeRequest = { headers: Record<string, string>; body: string }
export type InvokeAnswer = { status: number; body: string; headers?: Record<string, string> }
/** How the platform reaches one running instance of the bundle. Rejects when the instance cannot be reached. */
export type Invoke = (request: InvokeRequest) => Promise<InvokeAnswer>

/** Chooses an instance for an invocation; round-robin when absent. */
export type PickInstance = (operation: string, count: number) => number

export type InstallOptions = {
  name: string
  /** The name when absent. */
  alias?: string
  configuration: JsonRecord
  /** Absent for the base configuration. */
  configurationType?: string
  declared: Declared
  invoke: Invoke | readonly Invoke[]
  pick?: PickInstance
  /** Mirrors the definition's extract script, for requests to `/integration/global/<name>`. */
  identify?: (request: {
    method: string
    path: string
    query: string
    headers: JsonRecord
    body: string
  }) => string | null
}

/** The options as they were when the installation was saved, with the code of now. */
export function resumedOptions(options: InstallOptions, saved: SavedInstallation): InstallOptions {
  const { configurationType: _given, ...rest } = options
  const { alias, configuration, configurationType } = copyOf(saved)
  return { ...rest, alias, configuration, ...(configurationType === undefined ? {} : { configurationType }) }
}

export type InstallationStatus = 'registration_pending' | 'registered' | 'registration_failed' | 'unregistered'

export type InvocationResult = InvokeAnswer & { headers: Record<string, string>; json: unknown }

/** A failed action as the plugin sees it: the text of the integration's RuntimeError. */
export class ActionError extends Error {
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

export type InstallationServices = {
  id: string
  webhookId: string
  botId: string
  send(installation: Installation, operation: string, body: JsonRecord | undefined): Promise<InvocationResult>
  removed(installation: Installation): void
}

/** What the platform keeps of an installation, without its code. */
export type SavedInstallation = Pick<
  Installation,
  'id' | 'webhookId' | 'name' | 'alias' | 'configuration' | 'status' | 'statusReason' | 'identifier'
> & { configurationType?: string; configureRequests: readonly JsonRecord[] }

/** One integration installed on the bot. */
export class Installation {
  readonly id: string
  readonly webhookId: string
  readonly botId: string
  readonly name: string
  readonly alias: string
  readonly options: InstallOptions
  configuration: JsonRecord
  status: InstallationStatus = 'registration_pending'
  statusReason: string | null = null
  /** What `configureIntegration` set. */
  identifier: string | null = null
  readonly configureRequests: JsonRecord[] = []
  /** So many of the next user messages are invoked twice at the same time. */
  duplicateNextMessages = 0
  readonly #services: InstallationServices
  #instances: readonly Invoke[]
  #count = 0

  constructor(options: InstallOptions, services: InstallationServices) {
    this.#services = services
    this.id = services.id
    this.webhookId = services.webhookId
    this.botId = services.botId
    this.name = options.name
    this.alias = options.alias ?? options.name
    this.options = options
    this.configuration = options.configuration
    this.#instances = asList(options.invoke)
  }

  save(): SavedInstallation {
    const { id, webhookId, name, alias, configuration, status, statusReason, identifier, configureRequests } = this
    const { configurationType } = this.options
    const type = configurationType === undefined ? {} : { configurationType }
    const kept = { id, webhookId, name, alias, configuration, ...type, status, statusReason, identifier }
    return copyOf({ ...kept, configureRequests })
  }

  /** What it was told and what became of that before a restart. */
  restore({ status, statusReason, identifier, configureRequests }: SavedInstallation): void {
    Object.assign(this, { status, statusReason, identifier })
    this.configureRequests.push(...copyOf(configureRequests))
  }

  get webhookUrl(): string {
    return `https://${WEBHOOK_HOST}/${this.webhookId}`
  }

  get caller(): Caller {
    const { id, name, alias } = this
    return { kind: 'integration', id, name, alias, declared: this.options.declared }
  }

  /** Replaces the running instances, as a new deployment or a restart does. */
  run(invoke: Invoke | readonly Invoke[]): void {
    this.#instances = asList(invoke)
  }

  /** The instance that serves the next invocation. */
  nextInstance(operation: string): Invoke {
    const count = this.#count++
    const index = this.options.pick?.(operation, count) ?? count
    const invoke = this.#instances[index % this.#instances.length]
    if (!invoke) throw new Error(`Installation ${this.alias} has no running instance`)
    return invoke
  }

  /** Any operation of the protocol, with its answer as it came. */
  invoke(operation: string, body?: JsonRecord): Promise<InvocationResult> {
    return this.#services.send(this, operation, body)
  }

  /** @throws ActionError */
  async action(type: string, input: JsonRecord): Promise<JsonRecord> {
    const result = await this.invoke('action_triggered', { type, input })
    const output = isRecord(result.json) ? result.json['output'] : undefined
    if (result.status !== 200 || !isRecord(output)) throw new ActionError(result.status, errorText(result))
    return output
  }

  async ping(): Promise<boolean> {
    return (await this.invoke('ping')).status === 200
  }

  async register(): Promise<void> {
    this.status = 'registration_pending'
    const result = await this.invoke('register', { webhookUrl: this.webhookUrl })
    const isRegistered = result.status === 200
    this.status = isRegistered ? 'registered' : 'registration_failed'
    this.statusReason = isRegistered ? null : errorText(result)
  }

  async configure(configuration: JsonRecord): Promise<void> {
    this.configuration = configuration
    await this.register()
  }

  async uninstall(): Promise<InvocationResult> {
    const result = await this.invoke('unregister', { webhookUrl: this.webhookUrl })
    this.status = 'unregistered'
    this.#services.removed(this)
    return result
  }
}

/** The message of an error answer, or the body where it carries none. */
export function errorText(answer: InvokeAnswer): string {
  const json = parseJson(answer.body)
  return isRecord(json) && typeof json['message'] === 'string'
    ? json['message']
    : `HTTP ${answer.status}: ${answer.body}`
}

function asList(invoke: Invoke | readonly Invoke[]): readonly Invoke[] {
  return typeof invoke === 'function' ? [invoke] : invoke
}
