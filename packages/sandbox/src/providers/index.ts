import type { ProviderEmulator } from '@hitl/emulator'
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
  /** @throws Error with one clear sentence when the bundle is missing, the port taken or the registration refused */
  open(options: StageOptions): Promise<OpenStage>
}

/** A new provider is one line here, a stage and a desk. */
export const providers: readonly SandboxProvider[] = [
  provider('LiveChat', livechatStage, (stage) => livechatDesk(stage, livechatSecrets)),
  provider('HubSpot', hubspotStage, (stage) => hubspotDesk(stage, hubspotSecrets)),
  provider('Zoho SalesIQ', zohoSalesIqStage, (stage) => zohoSalesIqDesk(stage, zohoSalesIqSecrets)),
]

function provider<P extends ProviderEmulator>(
  title: string,
  stageProvider: StageProvider<P>,
  desk: (stage: Stage<P>) => Desk
): SandboxProvider {
  return {
    name: stageProvider.folder,
    title,
    async open(options) {
      const stage = await openStage(stageProvider, options)
      const { status, statusReason } = stage.installation
      if (status === 'registered') return { stage, desk: desk(stage) }
      await stage.close()
      throw new Error(`The integration ${stageProvider.folder} could not be registered: ${statusReason ?? status}`)
    },
  }
}
