import { type DefinitionBody, entries, type Named } from './body'

export type NamedPart = {
  path: string
  part: Named
  /** Parts that an interface brings, and the settings form as a whole, may go without texts. */
  needsTexts: boolean
}

type Parts = Readonly<Record<string, Named>> | undefined

/** Everything in a definition that has a title and a description of its own. */
export function namedParts(body: DefinitionBody): NamedPart[] {
  const group = (path: string, parts: Parts, isOwn: (name: string) => boolean = () => true) =>
    entries(parts).map(([name, part]) => ({ path: `${path}.${name}`, part, needsTexts: isOwn(name) }))
  return [
    { path: 'the integration', part: body, needsTexts: true },
    ...(body.configuration ? [{ path: 'configuration', part: body.configuration, needsTexts: false }] : []),
    ...group('configurations', body.configurations),
    ...group('actions', body.actions, (name) => isOwnPart(body, 'actions', name)),
    ...group('events', body.events, (name) => isOwnPart(body, 'events', name)),
    ...group('entities', body.entities),
    ...group('user.tags', body.user?.tags),
    ...group('channels', body.channels),
    ...entries(body.channels).flatMap(([name, { conversation, message }]) => [
      ...group(`channels.${name}.conversation.tags`, conversation?.tags),
      ...group(`channels.${name}.message.tags`, message?.tags),
    ]),
  ]
}

/** Whether an action or event is the integration's own and not one that an interface brings. */
export function isOwnPart({ interfaces }: DefinitionBody, group: 'actions' | 'events', name: string): boolean {
  return entries(interfaces).every(([, one]) => entries(one[group]).every(([, reference]) => reference.name !== name))
}
