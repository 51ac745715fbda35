import { type DefinitionBody, entries, type ImplementedInterface } from '../../definition-lint/body'
import { hitlContract } from './hitl-contract'

/** The interface map: Botpress takes an integration for HITL only by what it says. */
export function checkInterfaces(body: DefinitionBody): string[] {
  const hitl = entries(body.interfaces).filter(([, { name }]) => name === hitlContract.name)
  const [first] = hitl
  if (!first) return ['interfaces: the hitl interface is not implemented']
  if (hitl.length > 1) return ['interfaces: the hitl interface is implemented more than once']
  const [key, one] = first
  return [
    ...checkKey(key, one),
    ...checkVersion(key, one),
    ...checkReferences(key, one, body),
    ...checkMessages(key, one, body),
  ]
}

function checkKey(key: string, { entities }: ImplementedInterface): string[] {
  const wanted = `hitl<${entries(entities)
    .map(([, { name }]) => name)
    .join(',')}>`
  return key === wanted ? [] : [`interfaces.${key}: has to be called ${wanted}`]
}

function checkVersion(key: string, { version }: ImplementedInterface): string[] {
  const versions: readonly string[] = hitlContract.versions
  if (versions.includes(version)) return []
  return [`interfaces.${key}: there is no version ${version}, only ${versions.join(' and ')}`]
}

function checkReferences(key: string, one: ImplementedInterface, body: DefinitionBody): string[] {
  const groups = ['entities', 'actions', 'events', 'channels'] as const
  return groups.flatMap((group) =>
    hitlContract[group].flatMap((wanted) => {
      const target = one[group]?.[wanted]?.name
      if (target === undefined) return [`interfaces.${key}.${group}: does not map ${wanted}`]
      return body[group]?.[target] ? [] : [`interfaces.${key}.${group}.${wanted}: there is no ${target} in ${group}`]
    })
  )
}

function checkMessages(key: string, one: ImplementedInterface, body: DefinitionBody): string[] {
  return hitlContract.channels.flatMap((channel) => {
    const messages = body.channels?.[one.channels?.[channel]?.name ?? '']?.messages
    const missing = messages ? hitlContract.messages.filter((type) => !messages[type]) : []
    return missing.map((type) => `interfaces.${key}.channels.${channel}: has no message type ${type}`)
  })
}
