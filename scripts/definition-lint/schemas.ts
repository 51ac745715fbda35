import { type DefinitionBody, entries, type JsonSchema } from './body'

export type Placed = { path: string; schema: JsonSchema }

/** Every schema of a definition, the ones that messages consist of included. */
export function schemasOf(body: DefinitionBody): Placed[] {
  const messages = entries(body.channels).flatMap(([channel, { messages }]) =>
    entries(messages).map(([name, { schema }]) => place(`channels.${channel}.messages.${name}`, schema))
  )
  return [...describedSchemas(body, () => true), ...messages.flat()]
}

/** The schemas whose fields people read. `isOwn` tells whether an action or event belongs to the integration itself. */
export function describedSchemas(body: DefinitionBody, isOwn: (group: 'actions' | 'events', name: string) => boolean) {
  return [
    ...place('configuration', body.configuration?.schema),
    ...entries(body.configurations).flatMap(([name, { schema }]) => place(`configurations.${name}`, schema)),
    ...entries(body.actions)
      .filter(([name]) => isOwn('actions', name))
      .flatMap(([name, { input, output }]) => [
        ...place(`actions.${name}.input`, input?.schema),
        ...place(`actions.${name}.output`, output?.schema),
      ]),
    ...entries(body.events)
      .filter(([name]) => isOwn('events', name))
      .flatMap(([name, { schema }]) => place(`events.${name}`, schema)),
    ...entries(body.states).flatMap(([name, { schema }]) => place(`states.${name}`, schema)),
    ...entries(body.entities).flatMap(([name, { schema }]) => place(`entities.${name}`, schema)),
  ]
}

const place = (path: string, schema: JsonSchema | undefined): Placed[] => (schema ? [{ path, schema }] : [])

/** The fields of a schema's objects, at every depth. */
export function fieldsOf({ path, schema }: Placed): Placed[] {
  const fields = entries(schema.properties).map(([name, field]) => ({ path: `${path}.${name}`, schema: field }))
  return [...fields, ...[...fields, ...branchesOf({ path, schema })].flatMap(fieldsOf)]
}

/** A schema and all within it. */
export function withAllInside(placed: Placed): Placed[] {
  const fields = entries(placed.schema.properties).map(([name, schema]) => ({ path: `${placed.path}.${name}`, schema }))
  return [placed, ...[...fields, ...branchesOf(placed)].flatMap(withAllInside)]
}

function branchesOf({ path, schema }: Placed): Placed[] {
  const { items, anyOf = [], oneOf = [], allOf = [], additionalProperties } = schema
  const elements = [items ?? []].flat().map((one) => ({ path: `${path}[]`, schema: one }))
  const choices = [...anyOf, ...oneOf, ...allOf].map((one) => ({ path, schema: one }))
  const others = typeof additionalProperties === 'object' ? place(`${path}.*`, additionalProperties) : []
  return [...elements, ...choices, ...others]
}
