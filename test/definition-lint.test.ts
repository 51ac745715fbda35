import { resolve } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import type { DefinitionBody } from '../scripts/definition-lint/body'
import { lintDefinition } from '../scripts/definition-lint/lint-definition'
import { createBody } from '../scripts/deploy/create-body'
import { integrationsOf } from '../scripts/deploy/integrations'
import { readDefinition } from '../scripts/deploy/read-definition'
import { changed } from './deploy-kit/change'
import { field, rightBody } from './deploy-kit/right-body'

const lint: (body: DefinitionBody) => string[] = lintDefinition
const texts = { title: 'Title', description: 'Description' }

describe.each(integrationsOf(resolve(import.meta.dirname, '..')))('$name', (integration) => {
  let body: DefinitionBody
  beforeAll(async () => {
    body = await createBody(integration, await readDefinition(integration, process.env), 'private')
  })

  test('its definition breaks no rule of `bp lint`', () => {
    expect(lint(body)).toEqual([])
  })
})

test('a definition without faults breaks no rule', () => {
  expect(lint(rightBody())).toEqual([])
})

describe('titles and descriptions', () => {
  test.each([
    [[], 'the integration'],
    [['configurations', 'manual'], 'configurations.manual'],
    [['actions', 'findThread'], 'actions.findThread'],
    [['events', 'threadFound'], 'events.threadFound'],
    [['entities', 'ticket'], 'entities.ticket'],
    [['user', 'tags', 'contactId'], 'user.tags.contactId'],
    [['channels', 'hitl'], 'channels.hitl'],
    [['channels', 'hitl', 'conversation', 'tags', 'thread'], 'channels.hitl.conversation.tags.thread'],
    [['channels', 'hitl', 'message', 'tags', 'id'], 'channels.hitl.message.tags.id'],
  ])('%j needs both', (path, name) => {
    for (const text of ['title', 'description']) {
      expect(lint(changed(rightBody(), [...path, text], undefined))).toEqual([`${name}: has no ${text}`])
      expect(lint(changed(rightBody(), [...path, text], '  '))).toEqual([`${name}: has no ${text}`])
      const most = { title: 64, description: 256 }[text] ?? 0
      const longest = changed(rightBody(), [...path, text], 'x'.repeat(most))
      expect(lint(longest)).toEqual([])
      expect(lint(changed(longest, [...path, text], 'x'.repeat(most + 1)))).toEqual([
        `${name}: has a ${text} of ${most + 1} characters, at most ${most} are allowed`,
      ])
    }
  })

  test.each(['icon', 'readme'])('there is %s', (part) => {
    expect(lint(changed(rightBody(), [part], ''))).toEqual([`the integration: has no ${part}`])
  })

  test('the settings form may have texts of its own, if they are not too long or empty', () => {
    const body = (title: string) => changed(rightBody(), ['configuration', 'title'], title)
    expect(lint(body('Settings'))).toEqual([])
    expect(lint(body(''))).toEqual(['configuration: has an empty title'])
    expect(lint(body('x'.repeat(65)))).toEqual([expect.stringContaining('configuration: has a title of 65')])
  })

  test('a secret needs a description', () => {
    expect(lint(changed(rightBody(), ['secrets', 'API_KEY'], {}))).toEqual(['secrets.API_KEY: has no description'])
  })

  test('what an interface brings needs none, until it is not mapped any more', () => {
    const path = ['interfaces', 'hitl<ticket>', 'actions', 'stopHitl']
    expect(lint(changed(rightBody(), path, undefined))).toEqual([
      'actions.stopHitl: has no title',
      'actions.stopHitl: has no description',
    ])
  })
})

describe('fields', () => {
  const places: [string[], string][] = [
    [['configuration', 'schema'], 'configuration'],
    [['configurations', 'manual', 'schema'], 'configurations.manual'],
    [['actions', 'findThread', 'input', 'schema'], 'actions.findThread.input'],
    [['actions', 'findThread', 'output', 'schema'], 'actions.findThread.output'],
    [['events', 'threadFound', 'schema'], 'events.threadFound'],
    [['states', 'closed', 'schema'], 'states.closed'],
    [['entities', 'ticket', 'schema'], 'entities.ticket'],
  ]
  const noTexts = (path: string) => [
    `${path}: has no title; use .title()`,
    `${path}: has no description; use .describe()`,
  ]

  test.each(places)('of %j need a title and a description', (path, name) => {
    expect(lint(changed(rightBody(), [...path, 'properties', 'bare'], {}))).toEqual(noTexts(`${name}.bare`))
    const untitled = { description: 'Only this' }
    expect(lint(changed(rightBody(), [...path, 'properties', 'bare'], untitled))).toEqual([
      `${name}.bare: has no title; use .title()`,
    ])
  })

  test.each([
    ['an object', { properties: { bare: {} } }, 'configuration.outer.bare'],
    ['a list', { items: { properties: { bare: {} } } }, 'configuration.outer[].bare'],
    ['a list of fixed length', { items: [{ properties: { bare: {} } }] }, 'configuration.outer[].bare'],
    ['a choice', { anyOf: [{ properties: { bare: {} } }] }, 'configuration.outer.bare'],
    ['a choice of one', { oneOf: [{ properties: { bare: {} } }] }, 'configuration.outer.bare'],
    ['a combination', { allOf: [{ properties: { bare: {} } }] }, 'configuration.outer.bare'],
    ['a map', { additionalProperties: { properties: { bare: {} } } }, 'configuration.outer.*.bare'],
  ])('within %s need them too', (_, inside, name) => {
    const path = ['configuration', 'schema', 'properties', 'outer']
    expect(lint(changed(rightBody(), path, field('Outer', inside)))).toEqual(noTexts(name))
  })

  test.each(['anyOf', 'oneOf', 'allOf'])('one branch of %s may carry the texts', (choice) => {
    const path = ['states', 'closed', 'schema', 'properties', 'either']
    expect(lint(changed(rightBody(), path, { [choice]: [{}, field('Either')] }))).toEqual([])
    expect(lint(changed(rightBody(), path, { [choice]: [{}, {}] }))).toEqual(noTexts('states.closed.either'))
  })

  test.each([{ title: 'Old' }, { field: { title: 'Old' } }])('a title under ui is found: %j', (ui) => {
    const path = ['channels', 'hitl', 'messages', 'text', 'schema', 'properties', 'text', 'ui']
    expect(lint(changed(rightBody(), path, ui))).toEqual([
      'channels.hitl.messages.text.text: has a title under ui; use .title()',
    ])
    expect(lint(changed(rightBody(), path, { field: { examples: [] } }))).toEqual([])
  })
})

describe('names', () => {
  const texted = { ...texts, schema: {} }

  test.each([
    [['actions'], texted],
    [['events'], texted],
    [['states'], texted],
    [['channels'], texted],
    [['channels', 'hitl', 'messages'], texted],
  ])('in %j are in camelCase', (path, part) => {
    for (const name of ['snake_case', 'kebab-case', 'Pascal', 'with space', '2nd']) {
      expect(lint(changed(rightBody(), [...path, name], part))).toEqual([
        `${path.join('.')}.${name}: is not named in camelCase`,
      ])
    }
    expect(lint(changed(rightBody(), [...path, 'rightName2'], part))).toEqual([])
  })

  test('of secrets are in SCREAMING_SNAKE_CASE', () => {
    const secret = { description: 'Known to nobody' }
    expect(lint(changed(rightBody(), ['secrets', 'CLIENT_SECRET_2'], secret))).toEqual([])
    for (const name of ['clientSecret', 'CLIENT-SECRET', '_CLIENT', 'CLIENT__SECRET']) {
      expect(lint(changed(rightBody(), ['secrets', name], secret))).toEqual([
        `secrets.${name}: is not named in SCREAMING_SNAKE_CASE`,
      ])
    }
  })
})
