export { hitlChannels, hitlStates, hitlUser } from './botpress/definition-parts'
export type { IntegrationOf } from './botpress/derive'
export { HITL_INTERFACE_VERSION, hitlInterface } from './botpress/hitl-interface'
