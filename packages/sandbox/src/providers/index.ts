import type { z } from '@botpress/sdk'
import type { ProviderEmulator } from '@hitl/emulator'
import { formsOf } from '../declared'
import type { Desk } from '../desk'
import { openStage, type Stage, type StageOptions, type StageProvider } from '../stage'
import { hubspotSecrets, hubspotStage } from './hubspot'
import { hubspotDesk } from './hubspot-desk'
import { livechatSecrets, livechatStage } from './livechat'
import { livechatDesk } from './livechat-desk'
import { zohoSalesIqSecrets, zohoSalesIqStage } from './zoho-salesiq'
import { zohoSalesIqDesk } from './zoho-salesiq-desk'

export type OpenStage = { stage: Stage<ProviderEmulator>; desk: Desk }

/** One integration the sandbox can show. */
export type SandboxProvider = {
  /** Folder below `integrations/`, and the value of `--provider`. */
  name: string
  /** Product name. */
  title: string
  /** Of the integration. */
  version: string
  /** What its definition lets a bot builder set: for the installation, and for one session. */
  forms: { settings: z.ZodTypeAny; session: z.ZodTypeAny }
  /** @throws Error with one clear sentence when the bundle is missing, the port taken or the registration refused */
  open(options: OpenOptions): Promise<OpenStage>
}

export type OpenOptions = StageOptions & {
  /** A refused registration is no error: whoever opens it shows what the integration said. */
  evenIfRefused?: boolean
}

/** A new provider is one line here, a stage and a desk. */
export const providers: readonly SandboxProvider[] = [
  provider('LiveChat', livechatStage, (stage) => livechatDesk(stage, livechatSecrets)),
  provider('HubSpot', hubspotStage, (stage) => hubspotDesk(stage, hubspotSecrets)),
  provider('Zoho SalesIQ', zohoSalesIqStage, (stage) => zohoSalesIqDesk(stage, zohoSalesIqSecrets)),
]

/** @param name folder below `integrations/` @throws Error when there is none */
export function findProvider(name: string): SandboxProvider {
  const found = providers.find((one) => one.name === name)
  if (!found) throw new Error(`There is no provider "${name}".`)
  return found
}

function provider<P extends ProviderEmulator>(
  title: string,
  stageProvider: StageProvider<P>,
  desk: (stage: Stage<P>) => Desk
): SandboxProvider {
  return {
    name: stageProvider.folder,
    title,
    version: stageProvider.definition.version,
    forms: formsOf(stageProvider.definition),
    async open({ evenIfRefused = false, ...options }) {
      const stage = await openStage(stageProvider, options)
      const { status, statusReason } = stage.installation
      if (status === 'registered' || evenIfRefused) return { stage, desk: desk(stage) }
      await stage.close()
      throw new Error(`The integration ${stageProvider.folder} could not be registered: ${statusReason ?? status}`)
    },
  }
}
