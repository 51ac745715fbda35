import type { BotpressPort, Payload, StateAddress } from '../../packages/hitl-core/src/botpress/port'

/** Of all that Botpress does, checks need states. They are kept here and nowhere else. */
export function memoryBotpress(onState: (address: StateAddress, payload: Payload) => void): BotpressPort {
  const states = new Map<string, Payload>()
  const keyOf = ({ type, id, name }: StateAddress) => `${type}/${id}/${name}`
  // A state of no known shape counts as none.
  const read = (address: StateAddress) => ({ state: { payload: states.get(keyOf(address)) ?? {} } })
  const set = (address: StateAddress, payload: Payload) => {
    states.set(keyOf(address), payload)
    onState(address, payload)
  }
  return {
    ...OUT_OF_REACH,
    getState: async (address) => read(address),
    async setState({ payload, ...address }) {
      if (payload === null) states.delete(keyOf(address))
      else set(address, payload)
    },
    async getOrSetState({ payload, ...address }) {
      if (!states.has(keyOf(address))) set(address, payload)
      return read(address)
    },
    configureIntegration: async () => ({}),
  }
}

async function never(): Promise<never> {
  throw new Error('A check has asked Botpress for more than states.')
}

const OUT_OF_REACH = {
  getConversation: never,
  listConversations: never,
  getOrCreateConversation: never,
  updateConversation: never,
  deleteConversation: never,
  getUser: never,
  getOrCreateUser: never,
  updateUser: never,
  getOrCreateMessage: never,
  initializeIncomingMessage: never,
  deleteMessage: never,
  createEvent: never,
  listEvents: never,
}
