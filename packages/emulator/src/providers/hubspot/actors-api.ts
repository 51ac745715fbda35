import { ok, pathPart, query, readJson, type Answer, type Call } from './call'
import { nameOf } from './contacts'
import type { ActorId } from './entities'
import { notFound } from './errors'
import { filledText, listOf } from './fields'
import { given, iso, type View } from './view'
import type { World } from './world'

const agentView = ({ state }: World, id: ActorId, userId: string): View | undefined => {
  const user = state.users.get(Number(userId))
  return user && given({ id, type: 'AGENT', name: user.name, email: user.email, avatar: user.avatar })
}

const visitorView = ({ state }: World, id: ActorId, visitorId: string): View | undefined => {
  const contact = state.contacts.get(visitorId)
  const thread = [...state.threads.values()].find(({ associatedContactId }) => associatedContactId === visitorId)
  if (!contact && !thread) return undefined
  const name = (contact && nameOf(contact)) ?? thread?.visitorName
  return given({ id, type: 'VISITOR', name, email: contact?.properties['email'] })
}

/** Only agents are described in the fact sheet; of the other types just the names are known [I]. */
const actorView = (world: World, id: ActorId): View | undefined => {
  const [prefix = '', rest = ''] = [id.slice(0, 2), id.slice(2)]
  switch (prefix) {
    case 'A-':
      return agentView(world, id, rest)
    case 'V-':
      return visitorView(world, id, rest)
    case 'I-':
      return rest === world.state.app.id ? { id, type: 'INTEGRATOR' } : undefined
    case 'L-':
      return { id, type: 'LLM', name: 'Customer agent' }
    case 'S-':
      return id === 'S-hubspot' ? { id, type: 'SYSTEM' } : undefined
    case 'E-':
      return { id, type: 'EMAIL', email: rest }
    default:
      return undefined
  }
}

export const getActor = async (call: Call): Promise<Answer> => {
  query(call).end()
  const actor = actorView(call.world, pathPart(call))
  if (!actor) throw notFound('Actor not found')
  return ok(actor)
}

/** 207 when some are unknown. */
export const readActors = async (call: Call): Promise<Answer> => {
  const { world } = call
  query(call).end()
  const fields = await readJson(call)
  const ids = fields.required('inputs', listOf(filledText))
  fields.end()
  const at = iso(world.services.clock.now())
  const results = ids.flatMap((id) => actorView(world, id) ?? [])
  const unknown = ids.filter((id) => !actorView(world, id))
  const body = { status: 'COMPLETE', results, startedAt: at, completedAt: at }
  if (unknown.length === 0) return ok(body)
  const error = {
    status: 'error',
    category: 'OBJECT_NOT_FOUND',
    message: 'Could not get some actors',
    context: { ids: unknown },
  }
  return { status: 207, body: { ...body, numErrors: 1, errors: [error] } }
}
