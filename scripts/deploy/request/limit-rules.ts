import { type DefinitionBody, entries } from '../../definition-lint/body'
import { schemasOf } from '../../definition-lint/schemas'

const MOST = { events: 20, channels: 10, messages: 20, states: 10, tags: 50, secrets: 25 } as const
const LARGEST_SCHEMA_BYTES = 102_400
const LONGEST_SCRIPT = 2_000

/** How much of everything Botpress takes. */
export function checkLimits(body: DefinitionBody): string[] {
  return [...checkNumbers(body), ...checkSchemas(body), ...checkScripts(body)]
}

function checkNumbers({ events, channels, states, secrets, user }: DefinitionBody): string[] {
  // Whether Botpress counts the tags of each kind or all of them is not written anywhere; all of them is the safe reading.
  const tags = entries(channels).flatMap(([, { conversation, message }]) => [
    ...entries(conversation?.tags),
    ...entries(message?.tags),
  ])
  const messages = entries(channels).flatMap(([name, one]) =>
    tooMany(`channels.${name}.messages`, entries(one.messages).length, MOST.messages)
  )
  return [
    ...tooMany('events', entries(events).length, MOST.events),
    ...tooMany('channels', entries(channels).length, MOST.channels),
    ...messages,
    ...tooMany('states', entries(states).length, MOST.states),
    ...tooMany('tags', tags.length + entries(user?.tags).length, MOST.tags),
    ...tooMany('secrets', entries(secrets).length, MOST.secrets),
  ]
}

const tooMany = (path: string, count: number, most: number): string[] =>
  count > most ? [`${path}: there are ${count}, at most ${most} are allowed`] : []

function checkSchemas(body: DefinitionBody): string[] {
  return schemasOf(body).flatMap(({ path, schema }) => {
    const bytes = Buffer.byteLength(JSON.stringify(schema))
    return bytes > LARGEST_SCHEMA_BYTES
      ? [`${path}: its schema has ${bytes} bytes, at most ${LARGEST_SCHEMA_BYTES} are allowed`]
      : []
  })
}

function checkScripts({ identifier, configuration, configurations }: DefinitionBody): string[] {
  const scripts: [string, string | undefined][] = [
    ['identifier.extractScript', identifier?.extractScript],
    ['identifier.fallbackHandlerScript', identifier?.fallbackHandlerScript],
    ['configuration.identifier.linkTemplateScript', configuration?.identifier?.linkTemplateScript],
    ...entries(configurations).map(([name, one]): [string, string | undefined] => [
      `configurations.${name}.identifier.linkTemplateScript`,
      one.identifier?.linkTemplateScript,
    ]),
  ]
  return scripts.flatMap(([path, text = '']) =>
    text.length > LONGEST_SCRIPT
      ? [`${path}: has ${text.length} characters, at most ${LONGEST_SCRIPT} are allowed`]
      : []
  )
}
