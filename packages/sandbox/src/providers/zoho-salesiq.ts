import { defaultSeed, zohoSalesIq, type ZohoSalesIqEmulator } from '@hitl/emulator/zoho-salesiq'
import definition from '../../../../integrations/zoho-salesiq/integration.definition'
import { unwrapDefault } from '../declared'
import type { StageProvider } from '../stage'

const [brand] = defaultSeed.brands

/** What must not be printed although it is only the emulated account's. */
export const zohoSalesIqSecrets: readonly string[] = [
  defaultSeed.client.secret,
  defaultSeed.refreshToken,
  'emulated-zoho-jwt-secret',
  'emulated-zoho-widget-code',
]

export const zohoSalesIqStage: StageProvider<ZohoSalesIqEmulator> = {
  folder: 'zoho-salesiq',
  emulate: zohoSalesIq,
  definition: unwrapDefault(definition),
  settings: () => ({
    clientId: defaultSeed.client.id,
    clientSecret: defaultSeed.client.secret,
    refreshToken: defaultSeed.refreshToken,
    screenName: defaultSeed.screenName,
    appId: brand?.id ?? '',
    departmentId: brand?.departmentIds[0] ?? '',
    dataCenter: defaultSeed.dataCenter ?? 'eu',
  }),
}
