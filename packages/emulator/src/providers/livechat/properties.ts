import type { Organization, Properties, PropertyLevel, PropertyType } from './entities'
import { invalid, refuse } from './errors'
import { record, type Reader } from './fields'

type BuiltIn = { levels: readonly PropertyLevel[]; type: PropertyType; writable: boolean; readable: boolean }

const writable = (type: PropertyType, ...levels: PropertyLevel[]): BuiltIn => ({
  levels,
  type,
  writable: true,
  readable: true,
})
const readOnly = (type: PropertyType, ...levels: PropertyLevel[]): BuiltIn => ({
  ...writable(type, ...levels),
  writable: false,
})

/** The default properties of the fact sheet. That rating is a thread property is inferred [I]. */
const builtIns: Readonly<Record<string, BuiltIn>> = {
  'routing.ignore_bots': { ...writable('bool', 'thread'), readable: false },
  'routing.ignore_agents_routing': writable('bool', 'chat'),
  'routing.email_follow_up': writable('bool', 'chat'),
  'routing.transcript_email': writable('string', 'thread'),
  'rating.score': writable('int', 'thread'),
  'rating.comment': writable('string', 'thread'),
  'chats.formatting': writable('string', 'event'),
  'routing.continuous': readOnly('bool', 'chat'),
  'routing.unassigned': readOnly('bool', 'thread'),
  'routing.idle': readOnly('bool', 'thread'),
  'source.client_id': readOnly('string', 'chat'),
  'source.customer_client_id': readOnly('string', 'chat'),
  'test.string_property': writable('string', 'chat', 'thread', 'event'),
  'test.bool_property': writable('bool', 'chat', 'thread', 'event'),
  'test.int_property': writable('int', 'chat', 'thread', 'event'),
}

export type PropertyWriter = { organization: Organization; side: 'agent' | 'customer'; clientId?: string }

const fits = (type: PropertyType, value: unknown): boolean => {
  switch (type) {
    case 'bool':
      return typeof value === 'boolean'
    case 'int':
      return Number.isInteger(value)
    case 'string':
    case 'tokenized_string':
      return typeof value === 'string'
    default:
      return type satisfies never
  }
}

/**
 * The type a writer must send. A private property belongs to a client id, which is its namespace, and needs a token of
 * that client id. That unregistered names are refused is inferred [I].
 */
const typeFor = (writer: PropertyWriter, level: PropertyLevel, namespace: string, name: string): PropertyType => {
  const full = `${namespace}.${name}`
  const builtIn = builtIns[full]
  if (builtIn) {
    if (!builtIn.levels.includes(level)) throw invalid(`Property ${full} cannot be set on a ${level}`)
    if (!builtIn.writable) throw refuse('authorization', `Property ${full} is read-only`)
    return builtIn.type
  }
  const own = writer.organization.properties.find(
    (property) => property.ownerClientId === namespace && property.name === name
  )
  if (!own) throw invalid(`Property ${full} is not registered`)
  const allowed = own.access[level]?.[writer.side].includes('write') === true
  if (!allowed || writer.clientId !== namespace) throw refuse('authorization', `No write access to property ${full}`)
  return own.type
}

export const propertiesFor =
  (writer: PropertyWriter, level: PropertyLevel): Reader<Properties> =>
  (value, path) => {
    const result: Properties = {}
    for (const [namespace, names] of Object.entries(record(value, path))) {
      const values = record(names, `${path}.${namespace}`)
      for (const [name, item] of Object.entries(values)) {
        const type = typeFor(writer, level, namespace, name)
        if (!fits(type, item)) throw invalid(`'${path}.${namespace}.${name}' must be of type ${type}`)
      }
      result[namespace] = { ...values }
    }
    return result
  }

export const mergeProperties = (target: Properties, changes: Properties): void => {
  for (const [namespace, values] of Object.entries(changes)) target[namespace] = { ...target[namespace], ...values }
}

/** Write-only properties never come back. */
export const readable = (properties: Properties): Properties => {
  const result: Properties = {}
  for (const [namespace, values] of Object.entries(properties)) {
    const kept = Object.entries(values).filter(([name]) => builtIns[`${namespace}.${name}`]?.readable !== false)
    if (kept.length > 0) result[namespace] = Object.fromEntries(kept)
  }
  return result
}
