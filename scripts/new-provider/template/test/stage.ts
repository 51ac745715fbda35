import type { StageProvider } from '@hitl/sandbox/stage'
import definition from '../integration.definition'
import { acmeChat, type AcmeChatEmulator, API_KEY, SIGNING_KEY } from './emulator'

/** Emulated Botpress and provider with the built bundle in between. */
export const acmeChatStage: StageProvider<AcmeChatEmulator> = {
  folder: 'acme-chat',
  emulate: acmeChat,
  definition,
  settings: () => ({ apiKey: API_KEY, signingKey: SIGNING_KEY }),
}
