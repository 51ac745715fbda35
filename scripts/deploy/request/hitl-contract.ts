/** Botpress's `hitl` interface, written down here once more so that a slip in the core is no slip of the check. */
export const hitlContract = {
  name: 'hitl',
  versions: ['2.0.0', '2.1.0'],
  entities: ['hitlSession'],
  actions: ['createUser', 'startHitl', 'stopHitl'],
  events: ['hitlAssigned', 'hitlStopped'],
  channels: ['hitl'],
  messages: ['text', 'image', 'audio', 'video', 'file', 'bloc'],
} as const
