import type { BotSettings } from './bot-settings'
import type { SavedEndUser } from './end-user'
import type { InstallOptions, SavedInstallation } from './installation'
import type { SavedStore } from './store'

/** What Botpress keeps across a restart. The access key is a new one each time, as nothing but bundles holds it. */
export type SavedBotpress = {
  botId: string
  settings: Omit<BotSettings, 'reply'>
  store: SavedStore
  /** Ids of the conversations with an active session, on either side. */
  active: readonly string[]
  installations: readonly SavedInstallation[]
  endUsers: readonly SavedEndUser[]
}

/** Saved installations whose code does not run yet, with the end users who wait for it. */
export class Asleep {
  #installations: readonly SavedInstallation[]
  #endUsers: readonly SavedEndUser[]

  constructor(saved: Pick<SavedBotpress, 'installations' | 'endUsers'> | undefined) {
    this.#installations = saved?.installations ?? []
    this.#endUsers = saved?.endUsers ?? []
  }

  get installations(): readonly SavedInstallation[] {
    return this.#installations
  }

  get endUsers(): readonly SavedEndUser[] {
    return this.#endUsers
  }

  /** Takes out the installation that the options mean, and its end users. */
  take(options: InstallOptions): { installation: SavedInstallation; endUsers: readonly SavedEndUser[] } | undefined {
    const { name, alias } = options
    const installation = this.#installations.find(
      (one) => one.name === name && (alias === undefined || one.alias === alias)
    )
    if (!installation) return undefined
    const endUsers = this.#endUsers.filter((one) => one.installationId === installation.id)
    this.#installations = this.#installations.filter((one) => one !== installation)
    this.#endUsers = this.#endUsers.filter((one) => !endUsers.includes(one))
    return { installation, endUsers }
  }

  clear(): void {
    this.#installations = []
    this.#endUsers = []
  }
}
