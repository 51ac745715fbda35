import { type DefinitionBody, entries } from './body'

const CAMEL_CASE = /^[a-z][a-zA-Z0-9]*$/
const SCREAMING_SNAKE_CASE = /^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$/

/** How the CLI wants things to be named before it does anything. */
export function checkNames(body: DefinitionBody): string[] {
  const messages = entries(body.channels).flatMap(([channel, { messages }]) =>
    camelCase(`channels.${channel}.messages`, messages)
  )
  return [
    ...camelCase('actions', body.actions),
    ...camelCase('events', body.events),
    ...camelCase('states', body.states),
    ...camelCase('channels', body.channels),
    ...messages,
    ...wrong('secrets', body.secrets, SCREAMING_SNAKE_CASE, 'SCREAMING_SNAKE_CASE'),
  ]
}

const camelCase = (path: string, parts: Readonly<Record<string, unknown>> | undefined) =>
  wrong(path, parts, CAMEL_CASE, 'camelCase')

const wrong = (path: string, parts: Readonly<Record<string, unknown>> | undefined, right: RegExp, style: string) =>
  entries(parts).flatMap(([name]) => (right.test(name) ? [] : [`${path}.${name}: is not named in ${style}`]))
