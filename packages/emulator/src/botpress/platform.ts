import { randomBytes, randomUUID } from 'node:crypto'
import type { Clock } from '../clock'
import type { InFlight } from '../in-flight'
import type { Journal } from '../journal'
import type { JsonRecord } from '../json'
import type { Api } from './api'
import { ApiError } from './api-error'
import { HitlPlugin } from './bot'
import { defaultBotSettings, savedSettings, type BotSettings } from './bot-settings'
import { deliverMessage } from './deliver-message'
import { EndUser, newEndUser, type EndUserOptions, type EndUserServices, type SavedEndUser } from './end-user'
import { TAGS } from './hitl-terms'
import { newId } from './ids'
import { Installation, resumedOptions, type InstallOptions } from './installation'
import { invoke } from './invocation'
import { UPSTREAM, type ConversationRow, type EventRow, type MessageRow } from './model'
import { SavedStateError } from '../saved-state'
import { createMessage } from './operations/messages'
import { RegistrationSchedule } from './registration-schedule'
import { Asleep, type SavedBotpress } from './saved-botpress'
import { armScheduled } from './schedule'
import { Store } from './store'

export type BotpressServices = { clock: Clock; journal: Journal; inFlight: InFlight; baseUrl: () => string }

/** One bot on an emulated Botpress Cloud: its installations, its Runtime API's data, its users and the HITL plugin. */
export class Botpress {
  readonly botId: string
  /** The access key integrations send as bearer token. */
  readonly token = `bp_iak_${randomBytes(16).toString('hex')}`
  readonly store: Store
  readonly settings: BotSettings = defaultBotSettings()
  readonly #services: BotpressServices
  readonly #installations = new Map<string, Installation>()
  readonly #endUsers = new Map<string, EndUser>()
  readonly #plugin: HitlPlugin
  readonly #asleep: Asleep
  readonly #schedule: RegistrationSchedule

  /** With a saved state, installations and their end users come back one by one with `resume`. */
  constructor(services: BotpressServices, saved?: SavedBotpress) {
    this.#services = services
    this.store = new Store(services.clock)
    this.#schedule = new RegistrationSchedule(services.clock)
    this.botId = saved?.botId ?? newId('bot', services.clock.now())
    this.#asleep = new Asleep(saved)
    this.#plugin = new HitlPlugin({
      api: this.#api({ kind: 'bot' }),
      journal: services.journal,
      settings: this.settings,
      installationOf: (conversation) => this.#installations.get(conversation.ownerId),
      show: (conversationId, message) => this.#endUsers.get(conversationId)?.receive(message),
    })
    if (saved) this.#restore(saved)
    else this.#addBotUser()
  }

  /** What is under way is not part of it, so let things settle before. */
  save(): SavedBotpress {
    const installed = [...this.#asleep.installations, ...this.installations.map((one) => one.save())]
    const ids = new Set(installed.map(({ id }) => id))
    const endUsers = [...this.#asleep.endUsers, ...this.endUsers.map((one) => one.save())]
    return {
      botId: this.botId,
      settings: savedSettings(this.settings),
      store: this.store.save(),
      active: this.#plugin.active,
      installations: installed,
      // Nobody could bring back those of an installation that is gone.
      endUsers: endUsers.filter(({ installationId }) => ids.has(installationId)),
    }
  }

  get installations(): readonly Installation[] {
    return [...this.#installations.values()]
  }

  /** The environment the platform gives to a bundle. */
  get env(): { BP_API_URL: string; BP_TOKEN: string; BP_WEBHOOK_URL: string } {
    const base = this.#services.baseUrl()
    return { BP_API_URL: base, BP_TOKEN: this.token, BP_WEBHOOK_URL: 'https://webhook.botpress.cloud' }
  }

  /** In the order in which they were made. */
  get endUsers(): readonly EndUser[] {
    return [...this.#endUsers.values()].toSorted((a, b) => a.user.seq - b.user.seq)
  }

  /** Installs and registers. A refused registration does not reject: look at `status` and `statusReason`. */
  async install(options: InstallOptions): Promise<Installation> {
    const installation = this.#addInstallation(options, newId('int', this.#services.clock.now()), randomUUID())
    await installation.register()
    return installation
  }

  /**
   * Runs a saved installation of that name, and of that alias if one is given, with the code of now. It keeps what it
   * was told, so `configuration` of the options is not used, and it does not register again. Its end users are back from
   * then on, and what it had scheduled is on its way. Undefined when there is none.
   * @throws SavedStateError when what was saved does not fit together
   */
  resume(options: InstallOptions): Installation | undefined {
    const found = this.#asleep.take(options)
    if (!found) return undefined
    try {
      const { id, webhookId } = found.installation
      const installation = this.#addInstallation(resumedOptions(options, found.installation), id, webhookId)
      installation.restore(found.installation)
      const asked = installation.configureRequests.findLast((request) => request['scheduleRegisterCall'])
      this.#schedule.repeat(installation, asked?.['scheduleRegisterCall'])
      for (const endUser of found.endUsers) this.#addEndUser(endUser, installation)
      armScheduled(this.#api(installation.caller), id)
      return installation
    } catch (error) {
      throw new SavedStateError('The saved installation does not fit this version of the emulator.', { cause: error })
    }
  }

  endUser(options: EndUserOptions = {}): EndUser {
    const installation = options.installation ?? this.installations.at(-1)
    if (!installation) throw new Error('Install an integration before you make an end user')
    return this.#addEndUser(newEndUser(options, installation, this.store), installation)
  }

  #addInstallation(options: InstallOptions, id: string, webhookId: string): Installation {
    const installation = new Installation(options, {
      id,
      webhookId,
      botId: this.botId,
      send: (to, operation, body) => this.#services.inFlight.track(invoke(this.#services, to, operation, body)),
      removed: (gone) => {
        this.#schedule.stop(gone)
        this.#installations.delete(gone.id)
      },
    })
    this.#installations.set(installation.id, installation)
    return installation
  }

  #addEndUser(saved: SavedEndUser, installation: Installation): EndUser {
    const user = new EndUser(saved, installation, this.#endUserServices())
    this.#endUsers.set(user.conversation.id, user)
    return user
  }

  #endUserServices(): EndUserServices {
    return {
      store: this.store,
      plugin: this.#plugin,
      track: (work) => this.#services.inFlight.track(work),
      closeCommand: () => this.settings.closeCommand,
      reply: (text) => this.settings.reply(text),
      botSays: (conversationId, type, payload) =>
        createMessage(this.#api({ kind: 'bot' }), { conversationId, userId: this.botId, type, payload, tags: {} }),
      settled: () => this.#services.inFlight.settled(),
      journaled: (item, name) => {
        const label = `${item.from === 'user' ? name : item.from}: ${item.type}`
        this.#services.journal.add({ at: item.at, kind: 'upstream', label, request: item.payload })
      },
    }
  }

  /** The Runtime API for the sender of a request. @throws ApiError 401 or 403 */
  authenticate(request: Request): Api {
    if (request.headers.get('authorization') !== `Bearer ${this.token}`) {
      throw new ApiError('Unauthorized', 'The bearer token is missing or not valid')
    }
    if (request.headers.get('x-bot-id') !== this.botId) {
      throw new ApiError('Forbidden', 'The header x-bot-id does not name a bot this token may use')
    }
    const installation = this.#installations.get(request.headers.get('x-integration-id') ?? '')
    if (!installation) throw new ApiError('Forbidden', 'The header x-integration-id names no installed integration')
    return this.#api(installation.caller)
  }

  reset(): void {
    this.#plugin.reset()
    this.#installations.clear()
    this.#endUsers.clear()
    this.#asleep.clear()
    this.store.clear()
    Object.assign(this.settings, defaultBotSettings())
    this.#addBotUser()
  }

  #api(caller: Api['caller']): Api {
    const effects: Api['effects'] = {
      messageCreated: (message) => this.#onMessage(message),
      eventCreated: (event) => this.#later(() => this.#plugin.onEvent(event), event),
      integrationConfigured: (id, request) => this.#onConfigured(id, request),
    }
    return { store: this.store, caller, effects, botId: this.botId, baseUrl: this.#services.baseUrl() }
  }

  #onMessage(message: MessageRow): void {
    const conversation = this.store.conversations.get(message.conversationId)
    if (!conversation || conversation.ownerId === UPSTREAM) return
    if (message.direction === 'incoming') return this.#later(() => this.#plugin.onDownstreamMessage(message))
    const installation = this.#installations.get(conversation.ownerId)
    if (!installation) return
    const times = installation.duplicateNextMessages > 0 ? 2 : 1
    if (times === 2) installation.duplicateNextMessages -= 1
    for (let i = 0; i < times; i += 1) {
      void this.#services.inFlight.track(this.#deliver(installation, conversation, message))
    }
  }

  async #deliver(installation: Installation, conversation: ConversationRow, message: MessageRow): Promise<void> {
    const error = await deliverMessage(this.store, installation, conversation, message)
    if (error) this.#endUsers.get(conversation.tags[TAGS.upstream] ?? '')?.lastDeliveryErrors.push(error)
  }

  /** The bot handles what integrations create after the API has answered. */
  #later(work: () => void, event?: EventRow): void {
    const run = async () => {
      await new Promise((resolve) => setImmediate(resolve))
      try {
        work()
      } catch (error) {
        if (event) Object.assign(event, { status: 'failed', failureReason: String(error) })
        const at = this.#services.clock.now()
        this.#services.journal.add({ at, kind: 'note', label: 'plugin: a hook failed', response: String(error) })
      }
    }
    void this.#services.inFlight.track(run())
  }

  #onConfigured(id: string, request: JsonRecord): void {
    const installation = this.#installations.get(id)
    if (!installation) return
    installation.configureRequests.push(request)
    this.#schedule.repeat(installation, request['scheduleRegisterCall'])
    const identifier = request['identifier']
    if (typeof identifier === 'string' || identifier === null) installation.identifier = identifier
  }

  #restore(saved: SavedBotpress): void {
    this.store.restore(saved.store)
    this.#plugin.restore(saved.active)
    Object.assign(this.settings, saved.settings)
  }

  /** The bot speaks as the user whose id is the bot's. */
  #addBotUser(): void {
    this.store.users.set(this.botId, { ...this.store.stamp('user', UPSTREAM), id: this.botId, name: 'Bot' })
  }
}
