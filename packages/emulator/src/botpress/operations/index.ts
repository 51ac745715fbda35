import type { Operation } from '../api'
import { conversationOperations } from './conversations'
import { eventOperations } from './events'
import { fileOperations } from './files'
import { incomingOperations } from './incoming'
import { integrationOperations } from './integration'
import { messageOperations } from './messages'
import { stateOperations } from './states'
import { userOperations } from './users'

/** Every operation the role of an integration may call in SDK 5.4.3. */
export const operations: readonly Operation[] = [
  ...conversationOperations,
  ...userOperations,
  ...messageOperations,
  ...incomingOperations,
  ...eventOperations,
  ...stateOperations,
  ...integrationOperations,
  ...fileOperations,
]
